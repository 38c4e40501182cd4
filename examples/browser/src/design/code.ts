import type { Right } from './verdict';

/** What a design can be taken along as. */
export const LANGUAGES = ['TypeScript', 'JavaScript', 'JSON'] as const;
export type Language = (typeof LANGUAGES)[number];

/** A design as text to paste: a training in code, or the config alone. */
export function codeOf({ config, training }: Right, language: Language): string {
  if (language === 'JSON') return `${JSON.stringify(config, null, 2)}\n`;
  const isTyped = language === 'TypeScript';
  const imported = ['CosineAnnealingCallback', ...(isTyped ? ['type CosineAnnealingConfig'] : [])];
  return [
    `import { ${imported.join(', ')} } from 'tfjs-cosine-annealing';`,
    '',
    `const config${isTyped ? ': CosineAnnealingConfig' : ''} = ${literal(config)};`,
    '',
    `// ${training.epochs} epochs of ${training.batches} batches`,
    'const annealing = new CosineAnnealingCallback(config);',
    `await model.fit(xs, ys, { epochs: ${training.epochs}, callbacks: [annealing] });`,
    '',
  ].join('\n');
}

/** A config as it is written in code: keys without quotes, a line each. */
function literal(config: object): string {
  const lines = Object.entries(config).map(([key, value]) => `  ${key}: ${inline(value)},`);
  return ['{', ...lines, '}'].join('\n');
}

function inline(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${key}: ${inline(inner)}`)
    .join(', ')} }`;
}
