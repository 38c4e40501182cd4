#!/usr/bin/env node
import { writeFileSync } from 'node:fs';
import { CosineAnnealingError } from '../errors';
import { preview } from './command';

const WRONG_INPUT = 2;

try {
  const { text, files } = preview(process.argv.slice(2));
  for (const { path, content } of files) writeFileSync(path, content);
  process.stdout.write(text);
  for (const { path } of files) console.error(`written: ${path}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof CosineAnnealingError ? WRONG_INPUT : 1;
}
