/** Light, dark, or as the system has it. */
import { useEffect, useState } from "react";
import { remember, remembered } from "../lib/storage";

export type Theme = "system" | "light" | "dark";

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(() => {
    const kept = remembered("theme");
    return kept === "light" || kept === "dark" ? kept : "system";
  });
  useEffect(() => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    remember("theme", theme === "system" ? null : theme);
  }, [theme]);
  return [theme, setTheme];
}
