/// What is wrong with a user name, by the server's rule (names become folder names); undefined: nothing.
export function name_problem(name: string): string | undefined {
  if (name === "") return "Give a name.";
  if (name.length > 32) return "At most 32 characters.";
  if (!/^[a-z0-9]/.test(name)) return "Begin with a small letter or a digit.";
  return /^[a-z0-9._-]+$/.test(name) ? undefined : "Only small letters, digits, dot, underscore and hyphen.";
}

/// What is wrong with a new password; the limits are in bytes.
export function password_problem(password: string): string | undefined {
  const bytes = new TextEncoder().encode(password).length;
  if (bytes < 10) return "At least 10 characters.";
  return bytes > 1024 ? "At most 1,024 bytes." : undefined;
}
