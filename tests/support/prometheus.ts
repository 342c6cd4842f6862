import { execFileSync } from 'node:child_process'
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import * as z from 'zod'
import { keepPort } from '../../edge/dev/ports.ts'
import { answersOk, rootDir, startProgram } from '../../edge/dev/processes.ts'
import { type Ending, runProgram } from './holdfast.ts'

const onPath = (name: string): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })

const folder = join(rootDir, 'node_modules/.cache/holdfast')
const programs = ['prometheus', 'promtool'] as const
const isHere = programs.every(onPath)
const isDebian = ['apt-get', 'dpkg-deb'].every(onPath)

/** Whether there is a Prometheus, or can be. */
export const hasPrometheus: boolean = isHere || isDebian

/** Gets the programs out of Debian's package, once. Installing it would start a server. */
function fetchPrograms(): void {
  mkdirSync(folder, { recursive: true })
  const dir = mkdtempSync(join(folder, 'prometheus-'))
  // Without a sandbox: its user may not write here.
  const download = ['-qq', '-o', 'APT::Sandbox::User=root', 'download', 'prometheus']
  try {
    execFileSync('apt-get', download, { cwd: dir, stdio: 'pipe' })
    execFileSync('/bin/sh', ['-c', 'dpkg-deb -x prometheus_*.deb .'], { cwd: dir })
    // Whoever looks meanwhile sees none, or all of it.
    for (const name of programs) renameSync(join(dir, 'usr/bin', name), join(folder, name))
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function programOf(name: (typeof programs)[number]): string {
  if (isHere) return name
  if (!programs.every((one) => existsSync(join(folder, one)))) fetchPrograms()
  return join(folder, name)
}

/** Runs promtool. */
export const promtool = (args: readonly string[]): Promise<Ending> =>
  runProgram([programOf('promtool'), ...args])

const Answer = z.object({
  status: z.literal('success'),
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string().transform(Number)]),
      }),
    ),
  }),
})
/** What a query gives now: the value of each series. */
export type Series = z.infer<typeof Answer>['data']['result']

/** A Prometheus that reads every second. */
export interface Prometheus {
  /** @throws when it does not understand the query. */
  query(expr: string): Promise<Series>
  stop(): Promise<void>
}

/** A program to read, and the labels that all of its metrics get. */
export interface Target {
  readonly port: number
  readonly labels: Readonly<Record<string, string>>
}

/** Starts a Prometheus that reads the metrics of these. */
export async function startPrometheus(targets: readonly Target[]): Promise<Prometheus> {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-prometheus-'))
  const { port } = await keepPort()
  const url = `http://127.0.0.1:${port}`
  const static_configs = targets.map((one) => ({ targets: [`127.0.0.1:${one.port}`], labels: one.labels }))
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [{ job_name: 'holdfast', static_configs }],
  }
  // YAML is JSON, too.
  writeFileSync(join(dir, 'prometheus.yml'), JSON.stringify(config))
  const flags = [
    `--config.file=${join(dir, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(dir, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]
  const forget = () => rmSync(dir, { recursive: true, force: true })
  try {
    const { stop } = await startProgram({
      name: 'Prometheus',
      command: [programOf('prometheus'), ...flags],
      logFile: join(dir, 'prometheus.log'),
      isReady: () => answersOk(`${url}/-/ready`),
    })
    return {
      async query(expr) {
        const signal = AbortSignal.timeout(10_000)
        const answer = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: expr })}`, { signal })
        const text = await answer.text()
        if (!answer.ok) throw new Error(`${expr}: ${text}`)
        return Answer.parse(JSON.parse(text)).data.result
      },
      async stop() {
        await stop()
        forget()
      },
    }
  } catch (error) {
    forget()
    throw error
  }
}
