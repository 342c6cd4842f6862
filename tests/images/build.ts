import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { delimiter, dirname, join, relative, resolve } from 'node:path'
import ignore from '@balena/dockerignore'
import { Copy, DockerfileParser, type Instruction } from 'dockerfile-ast'
import { rootDir } from '../../edge/dev/processes.ts'

/** What a Dockerfile makes: files, and how they are run. */
export interface Image {
  /** The root of its file system, without what its base image brings. */
  readonly root: string
  readonly base: string
  readonly workdir: string
  readonly env: Readonly<Record<string, string>>
  readonly user: string
  readonly cmd: readonly string[]
}

type Stage = { -readonly [Key in keyof Image]: Image[Key] }

/** How npm gets to its registry; nothing of the npm that may have started us, which has another folder in mind. */
const ways = /^(HOME|NODE_EXTRA_CA_CERTS|\w+_proxy|npm_config_(registry|userconfig|cache|cafile|\w*proxy))$/i

/** What steps are run with: the Node of npm before another on this machine, since the build stage has one, too. */
export const npmEnvironment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => ways.test(name))),
  PATH: [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
}

/** Files below a folder, or the file itself, as paths from `root`. */
function filesAt(root: string, source: string): string[] {
  const at = join(root, source)
  if (!statSync(at).isDirectory()) return [source]
  return readdirSync(at, { withFileTypes: true }).flatMap((entry) => {
    const name = join(source, entry.name)
    // Docker ignores it as well; here it need not be walked through.
    if (entry.name === 'node_modules') return []
    return entry.isDirectory() ? filesAt(root, name) : [name]
  })
}

/** COPY: of the context what .dockerignore leaves, of a stage all. */
function copy(stage: Stage, stages: ReadonlyMap<string, Stage>, args: readonly string[], from?: string) {
  const to = args.at(-1) ?? ''
  const sources = args.slice(0, -1)
  const targetOf = (name: string) => {
    const isFolder = to.endsWith('/') || sources.length > 1
    return join(stage.root, resolve(stage.workdir, isFolder ? join(to, name) : to))
  }
  for (const source of sources) {
    const target = targetOf(source.split('/').at(-1) ?? '')
    if (from !== undefined) {
      const { root } = stages.get(from) ?? failed(`there is no stage ${from}`)
      cpSync(join(root, source), target, { recursive: true, verbatimSymlinks: true })
      continue
    }
    const ignored = ignore.default().add(readFileSync(join(rootDir, '.dockerignore'), 'utf8'))
    const files = filesAt(rootDir, source).filter((file) => !ignored.ignores(file))
    if (files.length === 0) failed(`COPY ${source}: not in the context`)
    for (const file of files) cpSync(join(rootDir, file), join(target, relative(source, file)))
  }
}

function failed(what: string): never {
  throw new Error(what)
}

function run(stage: Stage, command: string): void {
  const cwd = join(stage.root, stage.workdir)
  execFileSync('/bin/sh', ['-euc', command], { cwd, env: npmEnvironment, stdio: 'pipe' })
}

/** Does what one instruction says; one that nobody has thought of fails. */
function follow(instruction: Instruction, stage: Stage, stages: ReadonlyMap<string, Stage>): void {
  const text = instruction.getArgumentsContent() ?? ''
  const words = instruction.getArguments().map((argument) => argument.getValue())
  switch (instruction.getKeyword()) {
    case 'WORKDIR':
      stage.workdir = text
      mkdirSync(join(stage.root, text), { recursive: true })
      break
    case 'COPY': {
      const from = instruction instanceof Copy ? instruction.getFromFlag()?.getValue() : undefined
      copy(stage, stages, words, from ?? undefined)
      break
    }
    case 'RUN':
      run(stage, text)
      break
    case 'ENV': {
      const [name = '', value = ''] = text.split('=')
      stage.env = { ...stage.env, [name]: value }
      break
    }
    case 'USER':
      stage.user = text
      break
    case 'CMD':
      stage.cmd = JSON.parse(text)
      break
    case 'EXPOSE':
      break
    default:
      failed(`${instruction.getKeyword()} is not done here`)
  }
}

/**
 * Follows the steps of a Dockerfile without Docker: its COPY and RUN make folders below `dir`, one a stage. The last
 * is the image.
 */
export function buildImage(dockerfile: string, dir: string): Image {
  const stages = new Map<string, Stage>()
  /** What stands before the stages, as it is when nobody says otherwise. */
  const given = new Map<string, string>()
  let stage: Stage | undefined
  const steps = DockerfileParser.parse(readFileSync(join(rootDir, dockerfile), 'utf8'))
  for (const instruction of steps.getInstructions()) {
    const words = instruction.getArguments().map((argument) => argument.getValue())
    if (instruction.getKeyword() === 'ARG' && !stage) {
      const [name = '', value = ''] = (words[0] ?? '').split('=')
      given.set(name, value)
    } else if (instruction.getKeyword() === 'FROM') {
      const [from = '', , name = 'image'] = words
      const base = from.replace(
        /^\$\{(\w+)\}$/,
        (_, arg: string) => given.get(arg) ?? failed(`${arg} is not given`),
      )
      const root = join(dir, name)
      mkdirSync(root, { recursive: true })
      stage = { root, base, workdir: '/', env: {}, user: 'root', cmd: [] }
      stages.set(name, stage)
    } else follow(instruction, stage ?? failed('the first instruction is FROM'), stages)
  }
  if (!stage || !existsSync(stage.root)) failed(`${dockerfile} makes nothing`)
  return stage
}
