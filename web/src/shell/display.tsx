/** Theme and language: what a reader may choose about the display. */
import { Monitor, Moon, Sun } from "lucide-react";
import { type Language, languages, useText } from "../messages";
import { Choice } from "../ui/parts";
import { useTheme } from "./theme";

export function DisplayChoices() {
  const { t, language, setLanguage } = useText();
  const [theme, setTheme] = useTheme();
  return (
    <div className="display-choices">
      <Choice
        label={t.app.theme}
        value={theme}
        onChange={setTheme}
        options={[
          { value: "system", label: t.app.themes.system, icon: <Monitor {...small} /> },
          { value: "light", label: t.app.themes.light, icon: <Sun {...small} /> },
          { value: "dark", label: t.app.themes.dark, icon: <Moon {...small} /> },
        ]}
      />
      <Choice
        label={t.app.language}
        value={language}
        onChange={setLanguage}
        options={Object.entries(languages).map(([value, it]) => ({
          value: value as Language,
          label: it.name,
        }))}
      />
    </div>
  );
}

const small = { size: 14, strokeWidth: 1.75, "aria-hidden": true } as const;
