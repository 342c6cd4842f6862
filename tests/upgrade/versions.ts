import { spawnSync } from 'node:child_process'
import { currentFormat } from '../../core/src/store/formats/steps.ts'
import { rootDir } from '../../edge/dev/processes.ts'

/** A version of the past, by its commit. */
export interface Version {
  readonly name: string
  readonly commit: string
  /** The format of its stores. */
  readonly format: number
}

/** What git says, or nothing where it fails. */
const git = (...args: readonly string[]): string => {
  const { status, stdout } = spawnSync('git', args, { cwd: rootDir, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : ''
}

const commitAt = (revision: string): string => git('rev-parse', '--verify', '--quiet', `${revision}^{commit}`)

/** The step that made a format, as a file of the tree; 0.1 had none. */
const stepOf = (format: number) => `core/src/store/formats/to-${format}.ts`

function formatOf(commit: string): number {
  for (let format = currentFormat; format > 1; format--)
    if (git('ls-tree', '--name-only', commit, stepOf(format)) !== '') return format
  return 1
}

const firstOfFormat = git('log', '--diff-filter=A', '--format=%H', '--', stepOf(currentFormat))

/** By their names, the commits of the versions that this one must be able to follow; empty where git has none. */
const known: readonly (readonly [name: string, commit: string])[] = [
  // The last commit where something is not committed yet, else the one before it.
  ['the commit before', commitAt(git('status', '--porcelain') === '' ? 'HEAD~1' : 'HEAD')],
  [`the first commit of format ${currentFormat}`, firstOfFormat.split('\n').at(-1) ?? ''],
  ['0.1', commitAt('2f5bca2')],
]

/** Those of them that a shallow clone lacks. */
export const lacking: readonly string[] = known.filter(([, commit]) => commit === '').map(([name]) => name)

const byCommit = new Map(known.toReversed().map(([name, commit]) => [commit, name]))
byCommit.delete('')

/** The versions that this one must be able to follow, each commit once. */
export const versions: readonly Version[] = [...byCommit].map(([commit, name]) => ({
  name,
  commit,
  format: formatOf(commit),
}))
