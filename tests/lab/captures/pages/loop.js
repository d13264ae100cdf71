await ask("/api/loop");
