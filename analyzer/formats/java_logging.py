"""Java's text logs: Spring Boot, the pattern layouts of Logback, log4j and log4net, java.util.logging, and Tomcat.

https://docs.spring.io/spring-boot/reference/features/logging.html, https://logging.apache.org/log4j/2.x/manual/
pattern-layout.html, https://tomcat.apache.org/tomcat-10.1-doc/logging.html
"""

from __future__ import annotations

from analyzer.formats._plugin import Format
from analyzer.formats._text import TextFormat
from analyzer.formats._text_times import CLOCK, DAY_FIRST, ISO

_LEVEL = r"(?P<level>TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|SEVERE|CONFIG|FINE|FINER|FINEST)"
_WHEN = rf"(?:(?P<time>{ISO}|{DAY_FIRST})|{CLOCK})"  # Logback's default has no date: such an event has no time
_THREAD = r"\[[^\]]*\]"
_CLASS = r"(?P<logger>[A-Za-z_$][0-9A-Za-z_.$/\[\]<>-]*)"
_MESSAGE = "(?P<message>.*)$"
# Spring Boot cuts a long name on its left, which may leave a dot.
_SHORTENED = _CLASS.replace("[A-Za-z_$]", "[A-Za-z_$.]", 1)
# Applications, threads and correlation ids stand in brackets in front of the logger.
_SPRING = rf"^(?P<time>{ISO}) +{_LEVEL} (?:\[[^\]]*\] )?[0-9]+ --- (?:\[[^\]]*\] *){{1,3}}{_SHORTENED} *: ?{_MESSAGE}"

_LOG4J = (
    rf"^{_WHEN} +(?:{_THREAD} +){{0,2}}{_LEVEL} +(?:{_THREAD} +)?{_CLASS}(?::[0-9]+)?(?: {_THREAD})? --? {_MESSAGE}",
    rf"^{_WHEN} \[myid:[^\]]*\] - {_LEVEL} +\[[^\]]*:(?P<logger>[^\]:@]+)@[0-9]+\] - {_MESSAGE}",  # ZooKeeper
    rf"^{_WHEN} +{_LEVEL} +\[(?P<logger>[0-9A-Za-z_.$-]+)\] \([^)]*\) ?{_MESSAGE}",  # WildFly, Quarkus
    rf"^\[(?P<time>{ISO})\] ?\[ ?{_LEVEL} *\] ?\[ ?(?P<logger>[^\]\s]+) *\] ?{_MESSAGE}",  # Elasticsearch
    rf"^\[(?P<time>{ISO})\] {_LEVEL} (?P<message>.*?)(?: \((?P<logger>[a-z]\w*(?:\.[\w$]+)+)\))$",  # Kafka
    rf"^{_LEVEL} +{_THREAD} +(?P<time>{ISO}) +(?P<logger>[^\s]+?)(?::[0-9]+)? +- {_MESSAGE}",  # Cassandra
    rf"^{_LEVEL} +\[(?P<time>{ISO})\] {_CLASS}: {_MESSAGE}",  # Dropwizard
)
_MONTH_FIRST = r"[A-Z][a-z]{2} [0-9]{1,2}, [0-9]{4} [0-9]{1,2}:[0-9]{2}:[0-9]{2}\s[AP]M"

FORMATS: tuple[Format, ...] = (
    TextFormat(
        name="spring_boot",
        title="Spring Boot",
        documentation="https://docs.spring.io/spring-boot/reference/features/logging.html",
        heads=(_SPRING,),
        expected="a time, a level, the process id, --- and a thread in brackets",
        samples=(
            "2026-11-22T16:14:14.123+01:00 ERROR 1 --- [orders] [nio-8080-exec-1] c.e.orders.OrderController     : no",
            (
                "2026-11-22T16:14:14.123Z  INFO 1 --- [           main] [803b448a0489f84084905d3093480352"
                "-3425f23bb2432450] c.e.Application : started"
            ),
            (
                "2026-11-22 16:14:14.123 ERROR [orders,803b448a0489f84084905d3093480352,3425f23bb2432450] 1 --- "
                "[nio-8080-exec-1] c.e.orders.OrderController       : no"
            ),
        ),
    ),
    TextFormat(
        name="log4j",
        title="Log4j, Logback and log4net pattern layouts",
        documentation="https://logging.apache.org/log4j/2.x/manual/pattern-layout.html",
        heads=_LOG4J,
        expected="a time, a thread in brackets, a level and a logger",
        samples=(
            "2026-11-22 16:14:14,123 [http-nio-8080-exec-1] ERROR com.example.orders.OrderService - could not load",
            "2026-11-22 16:14:14,123 ERROR [com.example.orders.OrderService] (executor-thread-1) could not load",
            "[2026-11-22T16:14:14,123][WARN ][o.e.c.r.a.DiskThresholdMonitor] [node-1] high disk watermark exceeded",
            "[2026-11-22 16:14:14,123] ERROR [KafkaServer id=0] Fatal error during startup. (kafka.server.KafkaServer)",
            "ERROR [main] 2026-11-22 16:14:14,123 CassandraDaemon.java:583 - Fatal configuration error",
        ),
    ),
    TextFormat(
        name="java_util_logging",
        title="Java util logging",
        documentation="https://docs.oracle.com/en/java/javase/21/docs/api/java.logging/java/util/logging/SimpleFormatter.html",
        heads=(rf"^(?P<time>{_MONTH_FIRST}) (?P<logger>[^\s]+)(?: [^\s]+)?(?P<message>)$",),
        below=rf"(?s)^{_LEVEL}: (?P<message>.*)$",
        expected="a time such as Nov 22, 2026 4:14:14 PM and a class",
        samples=(
            "Nov 22, 2026 4:14:14 PM com.example.orders.OrderService load",
            "Nov 22, 2026 4:14:14 PM com.example.orders.OrderService load\nSEVERE: could not load",
        ),
    ),
    TextFormat(
        name="tomcat",
        title="Apache Tomcat's own log",
        documentation="https://tomcat.apache.org/tomcat-10.1-doc/logging.html",
        product="tomcat",
        heads=(rf"^(?P<time>{DAY_FIRST}) {_LEVEL} {_THREAD} (?P<logger>[^\s]+)\.[^\s.]+ {_MESSAGE}",),
        expected="a time such as 22-Nov-2026 16:14:14.123, a level and a thread in brackets",
        samples=(
            (
                "22-Nov-2026 16:14:14.123 SEVERE [exec-1] org.apache.catalina.core.StandardWrapperValve.invoke "
                "Servlet.service() for servlet [orders] in context with path [] threw exception"
            ),
            "22-Nov-2026 16:14:14.123 INFO [main] org.apache.catalina.startup.Catalina.start Server startup in [9] ms",
        ),
    ),
)
