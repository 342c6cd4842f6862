/**
 * What a program takes from its machine: time, timers, randomness and digests. Edge and core get it as an
 * argument, so that a seeded simulation can own every one of them.
 */
export interface Platform {
  /** Milliseconds since 1970. */
  now(): number
  /** That many unguessable bytes. */
  random(bytes: number): Uint8Array
  /** Resolves after so many milliseconds. */
  sleep(ms: number): Promise<void>
  /** Aborts after so many milliseconds. */
  deadline(ms: number): AbortSignal
  sha256(data: Uint8Array): Promise<Uint8Array>
  hmacSha256(secret: Uint8Array, data: Uint8Array): Promise<Uint8Array>
}

const bytesOf = (data: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(data)

/** The real machine, by what browsers, Workers and Node have in common. */
export const systemPlatform: Platform = {
  now: () => Date.now(),
  random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  deadline: (ms) => AbortSignal.timeout(ms),
  sha256: async (data) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOf(data))),
  hmacSha256: async (secret, data) => {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    const key = await crypto.subtle.importKey('raw', bytesOf(secret), algorithm, false, ['sign'])
    return new Uint8Array(await crypto.subtle.sign('HMAC', key, bytesOf(data)))
  },
}
