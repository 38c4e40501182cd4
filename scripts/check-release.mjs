// Whether what is about to be published is what its tag says, and has what npm needs for its provenance:
// `node scripts/check-release.mjs v0.1.0 owner/name`. A line for each thing that is missing, and then exit code 1.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** What is wrong with a release, a line each. */
export function problemsOf({ version, repository, private: isPrivate }, changelog, tag, slug) {
  const url = typeof repository === 'string' ? repository : repository?.url;
  const expected = `git+https://github.com/${slug}.git`;
  const heading = changelog.split('\n').find((line) => line.startsWith(`## ${version}`));
  const problems = [
    [
      url !== expected,
      `package.json: "repository" must be { "type": "git", "url": "${expected}" }, and is ${url}`,
    ],
    [tag !== `v${version}`, `the tag is ${tag}, and package.json's version ${version}`],
    [heading === undefined, `CHANGELOG.md has no heading for ${version}`],
    [heading?.includes('unreleased'), `CHANGELOG.md says that ${version} is unreleased`],
    [isPrivate, 'package.json: "private" keeps it from being published'],
  ];
  return problems.filter(([isWrong]) => isWrong).map(([, problem]) => problem);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const read = (name) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
  const [tag, slug] = process.argv.slice(2);
  const problems = problemsOf(JSON.parse(read('package.json')), read('CHANGELOG.md'), tag, slug);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
