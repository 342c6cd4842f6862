import { Command } from 'commander'
import { concealing } from './doctor/conceal.ts'
import { edgeFindings } from './doctor/edge.ts'
import { type Finding, findingsOf } from './doctor/finding.ts'
import { passwordFindings } from './doctor/passwords.ts'
import { mailFindings, paymentFindings } from './doctor/providers.ts'
import { redisFindings } from './doctor/redis.ts'
import { readWhatFits, type Source, settingsFindings } from './doctor/settings.ts'
import { storeFindings } from './doctor/store.ts'

interface Options {
  readonly edge?: string
  readonly callProviders?: boolean
}

/** Looks at everything that an environment names, in turn; what is wrong with one thing hides no other. */
export async function* diagnose(
  source: Source,
  { edge, callProviders = false }: Options,
): AsyncGenerator<Finding> {
  const settings = readWhatFits(source)
  const conceal = concealing(source)
  const checks: readonly (readonly [check: string, run: () => Promise<readonly Finding[]>])[] = [
    ['settings', () => settingsFindings(source)],
    ['store', () => storeFindings(settings, source)],
    ['Redis', () => redisFindings(settings)],
    ['payments', () => paymentFindings(settings, callProviders)],
    ['mail', () => mailFindings(settings)],
    ['refused passwords', () => passwordFindings(settings)],
    ...(edge === undefined ? [] : [['edge', () => edgeFindings(edge, settings)] as const]),
  ]
  for (const [check, run] of checks) yield* (await findingsOf(check, run)).map(conceal)
}

const lineOf = ({ check, result, found, next }: Finding): string =>
  `${result.padEnd(5)}${check.padEnd(20)} ${found}${next === undefined ? '' : `\n     -> ${next}`}`

async function run(options: Options & { readonly json: boolean }): Promise<void> {
  const findings: Finding[] = []
  for await (const finding of diagnose(process.env, options)) {
    findings.push(finding)
    if (!options.json) console.log(lineOf(finding))
  }
  if (options.json) console.log(JSON.stringify(findings, null, 2))
  const failed = findings.filter(({ result }) => result === 'FAIL').length
  if (failed > 0) throw new Error(`${failed} of ${findings.length} checks failed`)
}

/** `holdfast doctor` */
export const doctorCommand = (): Command =>
  new Command('doctor')
    .description(
      'tries the settings of core, as its environment has them, against what they name: the store, Redis, clocks, ' +
        'payment accounts, mail, an edge; and, where they are set here too, the TICKETS_APP_ID and TICKETS_PAY of the ' +
        'edge; changes nothing that anybody sees, and never prints a secret',
    )
    .option('--edge <url>', 'where an edge of this core answers')
    .option('--call-providers', 'ask payment providers whether they take the keys', false)
    .option('--json', 'tell what is found as JSON', false)
    .action(run)
