/** The colours of an SVG. */
export interface Theme {
  readonly background: string;
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  readonly curves: readonly string[];
}

/** After Okabe and Ito, whose colours colour-blind readers tell apart; darker where white needs it for a contrast of 3. */
export const LIGHT: Theme = {
  background: '#ffffff',
  ink: '#1f2328',
  muted: '#59636e',
  grid: '#e4e7eb',
  curves: ['#0072b2', '#d55e00', '#009070', '#b5578f', '#a87500', '#3a8fc4', '#000000'],
};

export const DARK: Theme = {
  background: '#0d1117',
  ink: '#f0f3f6',
  muted: '#a5aeb8',
  grid: '#2b323b',
  curves: ['#56b4e9', '#ff8a3d', '#2cc295', '#e59ac4', '#e8b23a', '#9ad0f5', '#fffffe'],
};

const coloursOf = (theme: Theme): string[] => Object.values(theme).flat();

/** CSS that turns the light colours in the attributes of an SVG's content into the dark ones if the reader's system is dark. */
export function darkStyle(content: string, svgClass: string): string {
  const dark = coloursOf(DARK);
  const rules = coloursOf(LIGHT).flatMap((light, i) =>
    ['fill', 'stroke']
      .filter((attribute) => content.includes(`${attribute}="${light}"`))
      .map((attribute) => `.${svgClass} [${attribute}="${light}"]{${attribute}:${dark[i]}}`),
  );
  return `@media (prefers-color-scheme:dark){${rules.join('')}}`;
}
