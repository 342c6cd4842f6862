import { coreBudgetMs, problemsOf } from '@holdfast/contract'
import { compare, getRounds } from 'bcryptjs'
import { distance } from 'fastest-levenshtein'
import { Env } from '../../env.ts'
import { type Finding, fail, ok, warn } from './finding.ts'

/** The environment as it is given. */
export type Source = Readonly<Record<string, string | undefined>>

/** What could be read of it, whatever is wrong with the rest. */
export type Settings = Partial<Env>

const names = Object.keys(Env.shape)

/** Reads each variable by itself. */
export function readWhatFits(source: Source): Settings {
  const read = Object.entries(Env.shape).flatMap(([name, schema]) => {
    const { success, data } = schema.safeParse(source[name])
    return success && data !== undefined ? [[name, data]] : []
  })
  return Object.fromEntries(read)
}

const samplePasswords = ['admin', 'password', 'changeme', 'holdfast']
/** bcrypt of less is tried too fast by whoever steals the hash. */
const bcryptRoundsMin = 10

async function ofPassword(hash: string): Promise<Finding[]> {
  const check = 'ADMIN_PASSWORD_HASH'
  const next = `make one of a random password: export PASSWORD, then npx node -p 'require("bcryptjs").hashSync(process.env.PASSWORD, 10)'`
  if (getRounds(hash) < bcryptRoundsMin) return [warn(check, `its cost is below ${bcryptRoundsMin}`, next)]
  for (const sample of samplePasswords) {
    if (await compare(sample, hash))
      return [fail(check, 'is the hash of a password that everybody tries first', next)]
  }
  return []
}

/** A secret that two things share is lost with either. */
function ofSharedSecrets({ USER_TOKEN_SECRET: user, ADMIN_TOKEN_SECRET: admin }: Settings): Finding[] {
  if (!user || !admin || Buffer.compare(user, admin) !== 0) return []
  return [
    fail(
      'ADMIN_TOKEN_SECRET',
      'is the same as USER_TOKEN_SECRET',
      'make another one: openssl rand -base64 32',
    ),
  ]
}

/** Switches of a laptop, and waits that are too short. */
function ofLaptops(settings: Settings): Finding[] {
  const switches = ['ALLOW_SIMULATED_PAYMENTS', 'ALLOW_LOCAL_WEBHOOKS', 'ALLOW_MAIL_IN_LOG'] as const
  const { REBUILD_WAIT_MS: waitMs } = settings
  return [
    ...switches
      .filter((name) => settings[name])
      .map((name) => warn(name, 'is 1, which is for laptops', 'remove it where people buy')),
    ...(waitMs !== undefined && waitMs < coreBudgetMs
      ? [warn('REBUILD_WAIT_MS', `is below ${coreBudgetMs}, the longest a commit may take`, 'remove it')]
      : []),
  ]
}

/** Variables that nobody reads and whose names are nearly those of some that are absent. */
const ofTypos = (source: Source): Finding[] =>
  Object.keys(source)
    .filter((given) => given.length >= 8 && !names.includes(given))
    .flatMap((given) => {
      const meant = names.find((name) => source[name] === undefined && distance(name, given) <= 2)
      return meant === undefined
        ? []
        : [warn(given, 'is no setting of core', `rename it if ${meant} is meant`)]
    })

/** Everything about the environment that can be told without asking anybody. */
export async function settingsFindings(source: Source): Promise<Finding[]> {
  const result = Env.safeParse(source)
  const settings = readWhatFits(source)
  const { ADMIN_PASSWORD_HASH: hash } = settings
  const given = names.filter((name) => source[name] !== undefined).length
  return [
    ...(result.success
      ? [ok('settings', `${given} of ${names.length} variables are set, none is refused`)]
      : problemsOf(result.error, source).map((problem) => {
          const [name = '', ...what] = problem.split(': ')
          return fail(name, what.join(': '), 'core/SETTINGS.md tells what it is')
        })),
    ...ofSharedSecrets(settings),
    ...ofLaptops(settings),
    ...ofTypos(source),
    ...(hash === undefined ? [] : await ofPassword(hash)),
  ]
}
