import { readFile } from 'node:fs/promises'
import { PublicKeys, systemPlatform } from '@holdfast/contract'
import { Option } from 'commander'

const fetchMs = 10_000

/** `--jwks`: the keys that receipts are checked by. */
export const jwksOption = (): Option =>
  new Option('--jwks <url|file>', 'the published keys, e.g. https://<your edge>/.well-known/jwks.json')

async function textAt(source: string): Promise<string> {
  if (!/^https?:\/\//.test(source)) return readFile(source, 'utf8')
  const response = await fetch(source, { signal: systemPlatform.deadline(fetchMs), redirect: 'error' })
  if (!response.ok) throw new Error(`${source} answers ${response.status}`)
  return response.text()
}

/**
 * Reads published keys from where they are.
 * @throws with what is wrong, for an operator.
 */
export async function readJwks(source: string): Promise<PublicKeys> {
  const text = await textAt(source).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : ''
    throw new Error(`the keys cannot be read from ${source}: ${reason}`, { cause })
  })
  try {
    return PublicKeys.parse(JSON.parse(text))
  } catch (cause) {
    throw new Error(`${source} has no keys as /.well-known/jwks.json publishes them`, { cause })
  }
}
