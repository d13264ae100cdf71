"""Lists the forms of keys that their issuers publish, each with a sample that is one and one that is none."""

from __future__ import annotations

import re
from typing import NamedTuple

_B62 = "[A-Za-z0-9]"
_URL = "[A-Za-z0-9_-]"


class Issued(NamedTuple):
    """One form of key: likely is a cheap regex that fits whatever pattern fits; key is one, other is none."""

    issuer: str
    pattern: str
    likely: str
    key: str
    other: str


_LETTERS = {"m": "aB3dE6gH9k", "h": "0a1b2c3d4e", "u": "AB3D", "d": "12345678"}
_RUN = re.compile(r"<([mhud])([0-9]+)>")


def written_out(sample: str) -> str:
    """Gives a sample with <m36> written out as 36 mixed letters and digits; h is hex, u upper case, d digits."""
    return _RUN.sub(lambda run: (_LETTERS[run[1]] * int(run[2]))[: int(run[2])], sample)


ISSUED: tuple[Issued, ...] = (
    Issued("AWS", r"(?:AKIA|ASIA)[A-Z0-9]{16}", "A[KS]IA[A-Z0-9]", "AKIA<u16>", "AKIAB"),
    Issued("AWS MWS", r"amzn\.mws\.[0-9a-f-]{36}", r"amzn\.mws", "amzn.mws.0a1b2c3d-0a1b-2c3d-4e5f-<h12>", "amzn.mws."),
    Issued("GitHub", rf"gh[pousr]_{_B62}{{20,}}", "gh[pousr]_", "ghp_<m36>", "ghp_short"),
    Issued("GitHub fine-grained", r"github_pat_[A-Za-z0-9_]{20,}", "github_pat_", "github_pat_<m82>", "github_pat_x"),
    Issued(
        "GitLab", rf"gl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|oas|soat|ffct)-{_URL}{{16,}}",
           "gl[a-z]{2,5}-", "glpat-<m20>", "global-navigation-menu-entry"
    ),
    Issued("Slack", rf"xox[abceprs]-{_URL}{{10,}}", "xox[abceprs]-", "xoxb-<d12>-<m24>", "xoxo-hugs-kisses"),
    Issued("Slack app", rf"xapp-{_URL}{{10,}}", "xapp-", "xapp-1-<m40>", "xapp-x"),
    Issued("Stripe and its likes", rf"[a-z]{{2,8}}_(?:live|test|prod)_{_B62}{{8,}}", "_(?:live|test|prod)_",
           "sk_live_<m24>", "unit_test_results"),
    Issued("Stripe webhook", rf"whsec_{_B62}{{16,}}", "whsec_", "whsec_<m32>", "whsec_x"),
    Issued("Google", rf"AIza{_URL}{{30,}}", "AIza", "AIza<m35>", "AIzawa"),
    Issued("Google OAuth", rf"ya29\.{_URL}{{20,}}", r"ya29\.", "ya29.<m60>", "ya29.x"),
    Issued("Google refresh", rf"1//0{_URL}{{20,}}", "1//0", "1//0<m40>", "http://h1//0/"),
    Issued("Google client", rf"GOCSPX-{_URL}{{20,}}", "GOCSPX-", "GOCSPX-<m28>", "GOCSPX-x"),
    Issued("Azure client", r"[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}", "[78]Q~", "abc8Q~<m34>", "8Q~short"),
    Issued("Twilio", r"SK[0-9a-f]{32}", "SK[0-9a-f]{32}", "SK<h32>", "SK0a1b"),
    Issued("SendGrid", rf"SG\.{_URL}{{16,}}\.{_URL}{{16,}}", r"SG\.[A-Za-z0-9_-]{16}", "SG.<m22>.<m43>", "MSG.SG.x"),
    Issued("npm", rf"npm_{_B62}{{30,}}", "npm_", "npm_<m36>", "npm_config_registry"),
    Issued("PyPI", rf"pypi-AgE{_URL}{{20,}}", "pypi-AgE", "pypi-AgE<m100>", "pypi-mirror"),
    Issued("Shopify", r"shp(?:at|ca|pa|ss|tka)_[0-9a-fA-F]{32}", "shp[a-z]{2,3}_", "shpat_<h32>", "shpat_x"),
    Issued("DigitalOcean", r"do[opr]_v1_[0-9a-f]{64}", "do[opr]_v1_", "dop_v1_<h64>", "dop_v1_x"),
    Issued("Hugging Face", rf"hf_{_B62}{{30,}}", "hf_[A-Za-z0-9]{30}", "hf_<m34>", "hf_hub_download"),
    Issued("OpenAI, Anthropic", rf"sk-(?:[a-z]{{3,10}}[0-9]{{0,2}}-{_URL}{{20,}}|{_B62}{{20,}})",
           "sk-[A-Za-z0-9]", "sk-ant-<m40>", "task-abcdefghij0123456789"),
    Issued("Groq, Replicate, xAI", rf"(?:gsk_|r8_|xai-){_B62}{{30,}}", "gsk_|r8_|xai-", "gsk_<m52>", "gsk_x"),
    Issued("Atlassian", r"AT(?:ATT3|CTT3|BB)[A-Za-z0-9_=-]{20,}", "AT(?:ATT3|CTT3|BB)", "ATATT3<m180>", "ATBBx"),
    Issued("Mailgun", r"key-[0-9a-f]{32}", "key-[0-9a-f]{32}", "key-<h32>", "key-0a1b"),
    Issued("Mailchimp", r"[0-9a-f]{32}-us[0-9]{1,2}", "[0-9a-f]-us[0-9]", "<h32>-us12", "aws-us1"),
    Issued("Square", rf"sq0[a-z]{{3}}-{_URL}{{22,}}", "sq0[a-z]{3}-", "sq0atp-<m22>", "sq0atp-x"),
    Issued("Telegram", rf"[0-9]{{8,10}}:AA{_URL}{{33}}", ":AA[A-Za-z0-9_-]{33}", "123456789:AA<m33>", "12345678:AAPL"),
    Issued("Discord", rf"[MNO][A-Za-z0-9]{{23,25}}\.{_URL}{{6}}\.{_URL}{{27,}}",
           r"\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27}", "M<m24>.Gabc12.<m30>", "My.File.Name"),
    Issued("HashiCorp Vault", rf"hv[sbr]\.{_URL}{{20,}}", r"hv[sbr]\.", "hvs.<m90>", "hvs.x"),
    Issued("HCP Terraform", rf"{_B62}{{14}}\.atlasv1\.{_URL}{{60,}}", r"\.atlasv1\.", "<m14>.atlasv1.<m67>",
           "x.atlasv1.y"),
    Issued("Databricks", r"dapi[0-9a-f]{32}", "dapi[0-9a-f]", "dapi<h32>", "dapi0a"),
    Issued("Doppler", rf"dp\.[a-z]{{2,5}}\.(?:[a-z0-9_-]{{2,35}}\.)?{_B62}{{40,}}", r"dp\.[a-z]{2,5}\.",
           "dp.pt.<m43>", "dp.pt.x"),
    Issued("Linear, Notion, Figma, Supabase",
           rf"(?:lin_api_|ntn_|figd_|sbp_|rubygems_|dckr_pat_|sntrys_|glc_|glsa_){_URL}{{20,}}",
           "lin_api_|ntn_|figd_|sbp_|rubygems_|dckr_pat_|sntrys_|glc_|glsa_", "figd_<m40>", "figd_x"),
    Issued("PlanetScale", rf"pscale_(?:tkn|pw|oauth)_{_URL}{{30,}}", "pscale_", "pscale_tkn_<m43>", "pscale_x"),
    Issued("Postman, Heroku", rf"(?:PMAK|HRKU|NRAK|NRJS)-{_URL}{{18,}}", "(?:PMAK|HRKU|NRAK|NRJS)-",
           "NRAK-<u27>", "NRAK-x"),
    Issued("Pulumi", r"pul-[0-9a-f]{40}", "pul-[0-9a-f]", "pul-<h40>", "pul-0a"),
    Issued("Airtable", r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}", r"pat[A-Za-z0-9]{14}\.", "pat<m14>.<h64>", "path.to.file"),
    Issued("HubSpot", r"pat-[a-z]{2}[0-9]-[0-9a-f-]{36}", "pat-[a-z]{2}[0-9]-",
           "pat-na1-0a1b2c3d-0a1b-2c3d-4e5f-<h12>", "pat-na1-x"),
    Issued("Plaid", r"access-(?:sandbox|development|production)-[0-9a-f-]{36}", "access-(?:sandbox|dev|prod)",
           "access-production-0a1b2c3d-0a1b-2c3d-4e5f-<h12>", "access-production-x"),
    Issued("Tailscale", r"tskey-[A-Za-z0-9-]{16,}", "tskey-", "tskey-auth-<m30>", "tskey-x"),
    Issued("age", r"AGE-SECRET-KEY-1[A-Z0-9]{58}", "AGE-SECRET", "AGE-SECRET-KEY-1<u58>", "AGE-SECRET-KEY-1"),
    Issued("Facebook", r"EAA[A-Za-z0-9]{80,}", "EAA[A-Za-z0-9]{60}", "EAA<m100>", "EAAx"),
    Issued("Dropbox", rf"sl\.[A-Za-z]?\.?{_URL}{{120,}}", r"sl\.[A-Za-z]?\.?[A-Za-z0-9_-]{60}", "sl.<m136>", "sl.x"),
)  # fmt: skip
