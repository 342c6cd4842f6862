import { luaHost } from '../../edge/dev/redis/lua.ts'

/** The Lua in the text of generated/scripts.ts: JSON, one line for each script. */
const sourcesIn = (code: string): string[] =>
  Array.from(code.matchAll(/^ {4}source: (".*"),$/gm), ([, text = '']) => String(JSON.parse(text)))

const namesIn = (source: string): string[] =>
  source.replaceAll(/'[^'\n]*'|"[^"\n]*"/g, '').match(/[A-Za-z_]\w*/g) ?? []

/** The words of the language that a script may use although it did not before. */
const words = new Set([
  'and',
  'elseif',
  'else',
  'end',
  'false',
  'if',
  'nil',
  'not',
  'or',
  'return',
  'then',
  'true',
])

/**
 * What is wrong with the scripts that a plant changes: Lua that cannot be parsed, and names that the script has nowhere
 * else. Lua finds a name that is not there only when it comes to it, so nothing but this tells that one was renamed.
 */
export async function luaComplaints(code: string, planted: string): Promise<string[]> {
  const before = sourcesIn(code)
  const after = sourcesIn(planted)
  if (after.length !== before.length) return ['a script is no text any more']
  const pairs = after.map((source, at) => ({ source, known: new Set(namesIn(before[at] ?? '')) }))
  const changed = pairs.filter(({ source }) => !before.includes(source))
  const unknown = changed.flatMap(({ source, known }) =>
    namesIn(source).filter((name) => !known.has(name) && !words.has(name)),
  )
  const errors = await Promise.all(changed.map(({ source }) => syntaxError(source)))
  return [
    ...unknown.map((name) => `the script has no ${name}`),
    ...errors.filter((error) => error !== undefined),
  ]
}

/** Lua compiles the whole of a script before its first command: one that comes so far can be parsed. */
async function syntaxError(source: string): Promise<string | undefined> {
  let hasBegun = false
  const lua = await luaHost(() => {
    hasBegun = true
    throw new Error('it can be parsed')
  })
  try {
    lua.run(source, [], [])
  } catch (error) {
    return hasBegun ? undefined : String(error)
  } finally {
    lua.close()
  }
  return undefined
}
