import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { rootDir } from '../../edge/dev/processes.ts'
import { npmEnvironment } from '../images/build.ts'

const lockFile = 'package-lock.json'
const isSame = (one: string, other: string) => readFileSync(one).equals(readFileSync(other))

/**
 * Gives a tree the packages that are installed here: all but our own, which must be those of the tree. Packages find
 * each other where they really are.
 */
function shareModules(dir: string): void {
  const [here, there] = [join(rootDir, 'node_modules'), join(dir, 'node_modules')]
  mkdirSync(join(there, '@holdfast'), { recursive: true })
  for (const name of readdirSync(here)) {
    if (name !== '@holdfast') symlinkSync(join(here, name), join(there, name))
  }
  const own = {
    contract: 'core/contract',
    inventory: 'core/inventory',
    client: 'core/client',
    core: 'core',
    edge: 'edge',
  }
  for (const [name, path] of Object.entries(own)) symlinkSync(join(dir, path), join(there, '@holdfast', name))
}

/** Lays out the sources of a commit in an empty folder, ready to run. */
export function layOut(commit: string, dir: string): void {
  const archive = execFileSync('git', ['archive', commit], { cwd: rootDir, maxBuffer: 2 ** 30 })
  execFileSync('tar', ['-x', '-C', dir], { input: archive })
  if (isSame(join(rootDir, lockFile), join(dir, lockFile))) shareModules(dir)
  else execFileSync('npm', ['ci', '--ignore-scripts'], { cwd: dir, env: npmEnvironment, stdio: 'pipe' })
}
