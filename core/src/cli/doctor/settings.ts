import { coreBudgetMs, problemsOf } from '@holdfast/contract'
import { distance } from 'fastest-levenshtein'
import { isOfSample } from '../../administration/sample-passwords.ts'
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

/** Which admins have a password that everybody tries first. */
async function ofPasswords({
  ADMIN_EMAIL: email = '',
  ADMIN_PASSWORD_HASH: hash,
  ADMINS: others = [],
}: Settings): Promise<Finding[]> {
  const first = hash === undefined ? [] : [{ email, passwordHash: hash, check: 'ADMIN_PASSWORD_HASH' }]
  const findings: Finding[] = []
  for (const { email, passwordHash, check } of [
    ...first,
    ...others.map((one) => ({ ...one, check: 'ADMINS' })),
  ]) {
    if (await isOfSample(passwordHash))
      findings.push(
        fail(
          check,
          `the password of ${email} is one that everybody tries first`,
          `make a hash of a random one: export PASSWORD, then npx node -p 'require("bcryptjs").hashSync(process.env.PASSWORD, 10)'`,
        ),
      )
  }
  return findings
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
  const given = names.filter((name) => source[name] !== undefined).length
  return [
    ...(result.success
      ? [ok('settings', `${given} of ${names.length} variables are set, none is refused`)]
      : problemsOf(result.error, source).map((problem) => {
          const [name = '', ...what] = problem.split(': ')
          return fail(name, what.join(': '), 'core/SETTINGS.md tells what it is')
        })),
    ...ofLaptops(settings),
    ...ofTypos(source),
    ...(await ofPasswords(settings)),
  ]
}
