import { Env } from '../../env.ts'
import type { Finding } from './finding.ts'
import type { Source } from './settings.ts'

/** Shorter ones stand in any sentence. */
const partLengthMin = 4

/** Every text in a JSON document. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** A JSON document; null where it is none. */
export const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** A secret and what it is made of: the password in a URL, each of several keys, each text in JSON. */
function partsOf(secret: string): string[] {
  const inUrl = /^[a-z+]+:\/\/[^/@]*?:(.*)@/.exec(secret)?.[1] ?? ''
  const plain = URL.canParse(secret) ? decodeURIComponent(new URL(secret).password) : ''
  const keys = secret.split(',').map((key) => key.replace(/^[^:]*:/, ''))
  return [secret, inUrl, plain, ...keys, ...textsIn(jsonOf(secret))]
}

/** Takes all that is secret in an environment out of what is told: nobody knows what libraries put into messages. */
export function concealing(source: Source): (finding: Finding) => Finding {
  const secrets = Object.entries(Env.shape)
    .filter(([, schema]) => schema.meta()?.secret === true)
    .flatMap(([name]) => partsOf(source[name] ?? ''))
    .filter((part) => part.length >= partLengthMin)
    .sort((a, b) => b.length - a.length)
  const conceal = (text: string) => secrets.reduce((told, secret) => told.replaceAll(secret, '***'), text)
  return ({ found, next, ...finding }) => ({
    ...finding,
    found: conceal(found),
    ...(next !== undefined && { next: conceal(next) }),
  })
}
