import * as z from 'zod'
import { addressFault } from './addresses.ts'
import { clearTextWords, isSafeUrl } from './clear-text.ts'

/** The address of a server, by what begins it; what is wrong with one is told in words that hold nothing of it. */
export const address = (begins: RegExp, words: string) =>
  z.string().superRefine((text, context) => {
    const fault = begins.test(text) ? addressFault(text) : words
    if (fault !== undefined) context.addIssue(fault)
    else if (!URL.canParse(text)) context.addIssue(words)
  })

/** The address of a service that is asked over HTTP; who asks is told in a header of its own. */
export const httpAddress = (credentials: string) =>
  z
    .url({ protocol: /^https?$/, error: 'must be https://...' })
    .refine((text) => !URL.parse(text)?.username && !URL.parse(text)?.password, {
      error: `must have no user and password in it: ${credentials}`,
    })

/** Where a program on Node listens, for requests and for Prometheus. */
export const listening = (portDefault: number) => ({
  HOST: z.string().default('0.0.0.0').meta({ description: 'The address to listen at.', refused: 'nothing' }),
  PORT: z.coerce
    .number('must be a port, 0 to 65535')
    .int()
    .min(0)
    .max(65_535)
    .default(portDefault)
    .meta({ description: 'The TCP port of requests.', refused: 'what is no port, 0 to 65535' }),
  METRICS_PORT: z.coerce.number('must be a port, 1 to 65535').int().min(1).max(65_535).optional().meta({
    description: 'The TCP port at which Prometheus is told, and nobody else should reach; absent: it is not.',
    refused: 'what is no port, 1 to 65535; that of requests',
  }),
})

/** That what is sent there is encrypted, or stays in the own network, as `refine` takes it. */
export const httpsOrPrivate: [(url: string) => boolean, string] = [
  (url) => isSafeUrl(url, /^https:$/),
  clearTextWords('https://'),
]

const restUrl = () => httpAddress('the token is UPSTASH_REDIS_REST_TOKEN').refine(...httpsOrPrivate)
const ofRestUrl = {
  description: "The REST address of the database of holds, in Upstash's protocol, eviction off.",
  refused: 'what is no http or https URL; `http://` to a public host',
}
const restToken = () => z.string().min(1)
const ofRestToken = {
  description: 'The token of that database, which may write.',
  refused: 'the empty one',
  secret: true,
}

/**
 * A rule between settings, as `refine` takes it: asked and told beside what is wrong with each alone, unless one of
 * its own could not be read.
 */
export function together<Env>() {
  return <Name extends string & keyof Env>(
    names: readonly [Name, ...Name[]],
    message: string,
    isSo: (env: Pick<Env, Name>) => boolean,
  ) => {
    const isOurs = ({ path = [] }: z.core.$ZodRawIssue) => names.some((name) => name === path[0])
    const when = ({ issues }: z.core.ParsePayload): boolean => !issues.some(isOurs)
    const rule: [typeof isSo, { path: string[]; message: string; when: typeof when }] = [
      isSo,
      { path: [names[0]], message, when },
    ]
    return rule
  }
}

/** The Redis of holds, of a program on Node: an ordinary one, or Upstash's. */
export const redisSettings = {
  REDIS_URL: address(/^rediss?:\/\//, 'must be redis://... or rediss://...')
    .refine((url) => isSafeUrl(url, /^rediss:$/), clearTextWords('rediss://'))
    .optional()
    .meta({
      description:
        'The Redis or Valkey of holds, `redis://…` or `rediss://…`, eviction off. This, or the two of Upstash.',
      refused: 'other addresses; `redis://` to a public host',
      secret: true,
    }),
  UPSTASH_REDIS_REST_URL: restUrl().optional().meta(ofRestUrl),
  UPSTASH_REDIS_REST_TOKEN: restToken().optional().meta(ofRestToken),
}

/** The same where there is Upstash only. */
export const upstashSettings = {
  UPSTASH_REDIS_REST_URL: restUrl().meta(ofRestUrl),
  UPSTASH_REDIS_REST_TOKEN: restToken().meta(ofRestToken),
}

type RedisSettings = z.infer<z.ZodObject<typeof redisSettings>>

/** That there is a Redis. */
export const redisOrUpstash = together<RedisSettings>()(
  ['REDIS_URL', 'UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'],
  'set REDIS_URL, or UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN',
  (env) => Boolean(env.REDIS_URL || (env.UPSTASH_REDIS_REST_URL && env.UPSTASH_REDIS_REST_TOKEN)),
)

/** That nobody who sends requests is told metrics. */
export const portsApart = together<z.infer<z.ZodObject<ReturnType<typeof listening>>>>()(
  ['METRICS_PORT', 'PORT'],
  'must be another port than PORT: metrics are nobody else’s',
  (env) => env.METRICS_PORT !== env.PORT,
)

/** What is wrong with settings, a line each, by the names of variables and never by their values. */
export function problemsOf(error: z.ZodError, source: object): readonly string[] {
  const given = new Map<unknown, unknown>(Object.entries(source))
  const lines = error.issues.map(({ code, path, message }) => {
    const isMissing = code === 'invalid_type' && path.length === 1 && given.get(path[0]) === undefined
    return `${path.join('.')}: ${isMissing ? 'is missing' : message}`
  })
  return [...new Set(lines)]
}
