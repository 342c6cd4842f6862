import {
  createHash,
  createHmac,
  createPrivateKey,
  createSecretKey,
  type JsonWebKey,
  KeyObject,
  sign,
  timingSafeEqual,
} from 'node:crypto'

type Key = Parameters<typeof KeyObject.from>[0]
type Algorithm = string | { readonly name: string; readonly hash?: unknown }

const nameOf = (algorithm: Algorithm): string => (typeof algorithm === 'string' ? algorithm : algorithm.name)

const signNow = (algorithm: Algorithm, key: Key, data: Uint8Array): Buffer =>
  nameOf(algorithm) === 'HMAC'
    ? createHmac('sha256', KeyObject.from(key)).update(data).digest()
    : sign(null, data, KeyObject.from(key))

const keyNow = (format: string, data: unknown): KeyObject =>
  format === 'jwk'
    ? createPrivateKey({ key: data as JsonWebKey, format: 'jwk' })
    : createSecretKey(data as Uint8Array)

/** What jose asks of WebCrypto, done before the call returns. */
const subtleNow = {
  digest: async (_algorithm: Algorithm, data: Uint8Array) => createHash('sha256').update(data).digest(),
  importKey: async (
    format: string,
    data: unknown,
    algorithm: Algorithm,
    _extractable: boolean,
    usages: KeyUsage[],
  ) => keyNow(format, data).toCryptoKey(algorithm as never, true, usages),
  sign: async (algorithm: Algorithm, key: Key, data: Uint8Array) => signNow(algorithm, key, data),
  verify: async (algorithm: Algorithm, key: Key, signature: Uint8Array, data: Uint8Array) => {
    const right = signNow(algorithm, key, data)
    return right.length === signature.length && timingSafeEqual(right, signature)
  },
}

export const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest()
export const hmacSha256 = (secret: Uint8Array, data: Uint8Array): Uint8Array =>
  createHmac('sha256', secret).update(data).digest()

/**
 * Puts a WebCrypto in place, for this whole process, that ends each call at once. The real one ends them on a pool of
 * threads, in any order, and no seed would bring an order back.
 */
export function settleCryptoAtOnce(): void {
  Object.defineProperty(globalThis.crypto, 'subtle', { value: subtleNow, configurable: true })
}
