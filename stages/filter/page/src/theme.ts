/** Dark or light: as the system says, until a person says otherwise. */
const STORED = 'shika-theme';
const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

function kept(): Theme {
  const stored = localStorage.getItem(STORED);
  return themes.find((theme) => theme === stored) ?? 'system';
}

export function nextTheme(): void {
  const next = themes[(themes.indexOf(kept()) + 1) % themes.length]!; // within the list
  localStorage.setItem(STORED, next);
  apply(next);
}

function apply(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

apply(kept());
