/**
 * Builds the scripts that run on Redis: flattens each lua/*.lua with the parts it includes and writes
 * generated/scripts.ts. `--check` writes nothing and fails when the committed file is not what it would write.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const here = new URL('.', import.meta.url)
const output = new URL('generated/scripts.ts', here)

/** Upstash runs a script under one global lock unless it declares that it locks by its keys; plain Redis refuses the line. */
const upstashHeader = '#!lua flags=allow-key-locking\n'

const read = (path: string): string => readFileSync(new URL(path, here), 'utf8')
const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex')

/** The script without comments: its header is for people, not for the wire. */
function flatten(name: string): string {
  const source = read(`lua/${name}.lua`)
  const includes = /^-- @include (.+)$/m.exec(source)?.[1]?.split(' ') ?? []
  return [...includes.map((part) => read(`lua/lib/${part}.lua`)), source]
    .join('\n')
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('--') && line.trim() !== '')
    .join('\n')
}

function generate(): string {
  const names = readdirSync(new URL('lua/', here))
    .filter((file) => file.endsWith('.lua'))
    .map((file) => file.slice(0, -4))
    .sort()
  const entries = names.map((name) => {
    const source = flatten(name)
    return [
      `  ${name}: {`,
      `    source: ${JSON.stringify(source)},`,
      `    sha1: '${sha1(source)}',`,
      `    upstashSha1: '${sha1(upstashHeader + source)}',`,
      '  },',
    ].join('\n')
  })
  return [
    '// Generated from ../lua by `npm run build`. Do not edit.',
    '',
    `export const upstashHeader = ${JSON.stringify(upstashHeader)}`,
    '',
    'export const scripts = {',
    ...entries,
    '} as const',
    '',
  ].join('\n')
}

const text = generate()
if (process.argv.includes('--check')) {
  if (read('generated/scripts.ts') !== text) {
    console.error('core/inventory/generated/scripts.ts is stale: run `npm run build` and commit it.')
    process.exit(1)
  }
} else {
  writeFileSync(output, text)
}
