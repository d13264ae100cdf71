await ask("/api/moved");
await ask("/api/revalidated");
await ask("/api/revalidated");
await ask("/api/fresh");
await ask("/api/fresh");
