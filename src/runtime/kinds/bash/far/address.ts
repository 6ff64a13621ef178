/** Where `ssh` is to go: `ssh://user@host:port`, each part but the host as the user's own configuration says. */
export interface Address {
  readonly host: string;
  readonly user: string | null;
  readonly port: number | null;
}

/** Reads the URL of a host; throws an error that says what was expected. */
export function readAddress(name: string, url: string): Address {
  const found = /^ssh:\/\/(?:([^@/?#\s]+)@)?(\[[0-9a-fA-F:.%\w]+\]|[^@:/?#\s[\]]+)(?::(\d{1,5}))?\/?$/.exec(url);
  const wrong = (expected: string): Error => new Error(`host "${name}": ${expected}, found "${url}"`);
  if (!found) throw wrong("expected ssh://user@host:port");
  const [, user, host, port] = found;
  if (user?.includes(":")) throw new Error(`host "${name}": a password is not taken; give ssh a key or an agent`);
  if (host!.startsWith("-") || user?.startsWith("-")) throw wrong("a name cannot start with -");
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) throw wrong("a port is a number up to 65535");
  return {
    host: host!.replace(/^\[|\]$/g, ""),
    user: user === undefined ? null : decodeURIComponent(user),
    port: port === undefined ? null : Number(port)
  };
}
