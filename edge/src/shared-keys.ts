/*
 * What edges keep in the Redis that they share. Two versions of the edge run beside each other during an upgrade, so the
 * version of the shape stands in the key and neither ever reads the other's: raise it with any change after which a
 * value would be read otherwise. What is kept under the version before is missed, and goes by its own TTL.
 */

/** Core's word on an app or on a key of it: `KeyVerdict` as JSON, sealed (`sealed-cache.ts`). */
export const verdictKeyOf = (of: 'key' | 'app', name: string): string => `hf:v2:verdict:${of}:${name}`

/** Before each count of a rate limit, which @upstash/ratelimit keeps: a new major version of it may keep it otherwise. */
export const limiterPrefix = 'hf:v1:rl'
