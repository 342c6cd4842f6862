import * as z from 'zod'
import { secretBytesMin } from './limits.ts'

/** Fewer different bytes than this are a word or a pattern, not a random secret. */
const differentBytesMin = 12

/** Whether a secret is long enough and not obviously a sample. */
export const isStrongSecret = (secret: Uint8Array): boolean =>
  secret.length >= secretBytesMin && new Set(secret).size >= differentBytesMin

/** Words of samples; a random secret has one of them once in ten million times. */
const sample = /change.?me|replace|placeholder|example|sample|secret|password/i

const strong = `must be at least ${secretBytesMin} random bytes (e.g. openssl rand -base64 32)`

/** A secret from the environment, as the bytes of its text. Start-up refuses a weak one. */
export const Secret = z
  .string()
  .refine((text) => !sample.test(text), 'must be random bytes, not a sample (e.g. openssl rand -base64 32)')
  .transform((text) => new TextEncoder().encode(text))
  .refine(isStrongSecret, strong)

const SharedKey = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,32}:[A-Za-z0-9_-]{1,1024}$/, 'must be kid:base64url')
  .transform((text) => {
    const [kid = '', encoded = ''] = text.split(':')
    const bytes = atob(encoded.replaceAll('-', '+').replaceAll('_', '/'))
    return { kid, secret: Uint8Array.from(bytes, (char) => char.charCodeAt(0)) }
  })
  .refine((key) => isStrongSecret(key.secret), strong)

/** `kid1:<base64url>,kid2:<base64url>`: the edge signs with the first, core accepts each, so keys rotate without a gap. */
export const EdgeKeys = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(SharedKey).min(1).max(2))
export type EdgeKeys = z.infer<typeof EdgeKeys>

const base64urlOf = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

/** A secret as its bytes, and as the bytes that its text may stand for: keys of the edge are written as base64url. */
const formsOf = (secret: Uint8Array): readonly string[] => {
  const text = new TextDecoder().decode(secret)
  return [base64urlOf(secret), text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')]
}

/**
 * Whether no secret serves two purposes, each of which has one or, while it changes, two: it would be lost with either.
 * An absent one is none.
 */
export function areSecretsApart(purposes: readonly (readonly (Uint8Array | undefined)[])[]): boolean {
  const forms = purposes.flatMap((secrets) => [
    ...new Set(secrets.flatMap((secret) => (secret ? formsOf(secret) : []))),
  ])
  return new Set(forms).size === forms.length
}
