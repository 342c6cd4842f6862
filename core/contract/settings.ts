import * as z from 'zod'

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

/** What is wrong with settings, a line each, by the names of variables and never by their values. */
export function problemsOf(error: z.ZodError, source: object): readonly string[] {
  const given = new Map<unknown, unknown>(Object.entries(source))
  const lines = error.issues.map(({ code, path, message }) => {
    const isMissing = code === 'invalid_type' && path.length === 1 && given.get(path[0]) === undefined
    return `${path.join('.')}: ${isMissing ? 'is missing' : message}`
  })
  return [...new Set(lines)]
}
