import { useEffect, useState } from "preact/hooks";

/// A value that follows `value` when it has rested for so long (ms).
export function useLater<T>(value: T, rest: number): T {
  const [late, set_late] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => set_late(value), rest);
    return () => clearTimeout(timer);
  }, [value, rest]);
  return late;
}
