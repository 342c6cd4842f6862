import { spawnSync } from 'node:child_process'
import { currentFormat } from '../../core/src/store/formats/steps.ts'
import { rootDir } from '../../edge/dev/processes.ts'
import { previousCommit } from '../support/requirements.ts'

/** A version of the past, by its commit. */
export interface Version {
  readonly name: string
  readonly commit: string
  /** The format of its stores. */
  readonly format: number
}

const git = (...args: readonly string[]): string => {
  const { status, stdout } = spawnSync('git', args, { cwd: rootDir, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : ''
}

/** The step that made a format, as a file of the tree; 0.1 had none. */
const stepOf = (format: number) => `core/src/store/formats/to-${format}.ts`

function formatOf(commit: string): number {
  for (let format = currentFormat; format > 1; format--)
    if (git('ls-tree', '--name-only', commit, stepOf(format)) !== '') return format
  return 1
}

/** What shipped as 0.1. */
const first = '2f5bca2'

const known = [
  ['the commit before', previousCommit ?? ''],
  [
    `the first commit of format ${currentFormat}`,
    git('log', '--diff-filter=A', '--format=%H', '--', stepOf(currentFormat)).split('\n').at(-1) ?? '',
  ],
  ['0.1', git('rev-parse', '--verify', '--quiet', `${first}^{commit}`)],
] as const

/** The versions that this one must be able to follow, each commit once; none of those that a shallow clone lacks. */
export const versions: readonly Version[] = [
  ...new Map(known.filter(([, commit]) => commit !== '').map(([name, commit]) => [commit, name])),
].map(([commit, name]) => ({ name, commit, format: formatOf(commit) }))
