import * as z from 'zod'
import type { Flood } from '../ports.ts'

/** A rate limit of Workers: counted in one place of Cloudflare's, without asking anybody. */
export const RateLimitBinding = z.custom<{
  limit(key: { readonly key: string }): Promise<{ readonly success: boolean }>
}>(
  (value) => typeof value === 'object' && value !== null && 'limit' in value,
  'must be a rate limit of wrangler.toml',
)
type RateLimitBinding = z.infer<typeof RateLimitBinding>

/** The first tier by these bindings; a kind of caller without one passes. */
export const cloudflareFlood =
  (bindings: Readonly<Record<Parameters<Flood>[0], RateLimitBinding | undefined>>): Flood =>
  async (caller, key) =>
    (await bindings[caller]?.limit({ key }))?.success === false
