import { useState } from "preact/hooks";
import { ApiError } from "../api";
import { focus_invalid } from "./focus";

/// Any thrown thing as an error that can be shown.
export function as_error(e: unknown): ApiError {
  return e instanceof ApiError ? e : new ApiError(-1, { detail: e instanceof Error ? e.message : String(e) });
}

export interface Act {
  busy: boolean;
  error: ApiError | null;
  /// Runs the action; keeps its error to be shown. True when it went well.
  run: (action: () => Promise<unknown>) => Promise<boolean>;
  clear: () => void;
}

/// One action of a form or button at a time, with its error.
export function useAct(): Act {
  const [busy, set_busy] = useState(false);
  const [error, set_error] = useState<ApiError | null>(null);
  return {
    busy,
    error,
    clear: () => set_error(null),
    run: async (action) => {
      set_busy(true);
      set_error(null);
      try {
        await action();
        return true;
      } catch (e) {
        const error = as_error(e);
        set_error(error);
        if (error.in_fields) focus_invalid();
        return false;
      } finally {
        set_busy(false);
      }
    },
  };
}
