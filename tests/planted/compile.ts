import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Plant, withPlant } from '../support/plants.ts'
import { luaComplaints } from './lua.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const tsc = join(root, 'node_modules/.bin/tsc')

/** What has a tsconfig.json, an inner one before the one around it. */
const packages = ['core/contract', 'core/inventory', 'core/client', 'core', 'edge']

/** A plant as a file of its own, beside the one that it is planted in. */
interface Sown {
  readonly plant: Plant
  readonly file: string
  /** What is wrong with it before anything is compiled. */
  readonly complaints: readonly string[]
}

/**
 * Compiles plants by the rules of the package that each is in, and says what is wrong with each: nothing, where somebody
 * could have committed it. A mistake that does not compile fails for another reason than it says.
 */
export async function compile(plants: readonly Plant[]): Promise<ReadonlyMap<Plant, readonly string[]>> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-plants-'))
  const copy = join(folder, 'copy')
  try {
    await copyPackages(copy)
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    const sown = await Promise.all(plants.map((plant, n) => sow(copy, plant, n)))
    const errors = (await Promise.all(packages.map((name) => typeErrors(copy, name, sown)))).flat()
    return new Map(sown.map((one) => [one.plant, [...one.complaints, ...errorsOf(one, errors)]]))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Copies what a plant may import, not to be checked itself: that would take most of the time. */
async function copyPackages(copy: string): Promise<void> {
  const files = globSync(['tsconfig.base.json', '{core,edge}/**/*.{ts,json}'], {
    cwd: root,
    exclude: (path) => basename(path) === 'node_modules',
  })
  await Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(root, file), 'utf8')
      await mkdir(dirname(join(copy, file)), { recursive: true })
      await writeFile(join(copy, file), file.endsWith('.ts') ? `// @ts-nocheck\n${text}` : text)
    }),
  )
  const ours = join(copy, 'node_modules/@holdfast')
  await mkdir(ours, { recursive: true })
  await Promise.all(packages.map((name) => symlink(join(copy, name), join(ours, basename(name)))))
}

async function sow(copy: string, plant: Plant, n: number): Promise<Sown> {
  const file = plant.file.replace(/\.ts$/, `.plant${n}.ts`)
  const code = await readFile(join(root, plant.file), 'utf8')
  try {
    const planted = withPlant(code, plant)
    await writeFile(join(copy, file), planted)
    return { plant, file, complaints: await luaComplaints(code, planted) }
  } catch (error) {
    return { plant, file, complaints: [String(error)] }
  }
}

/** The errors in the plants of one package. One that cannot be parsed keeps the compiler from looking at the types of others. */
async function typeErrors(copy: string, name: string, sown: readonly Sown[]): Promise<string[]> {
  const isOurs = ({ file, complaints }: Sown) =>
    complaints.length === 0 && packages.find((folder) => file.startsWith(`${folder}/`)) === name
  const files = sown.filter(isOurs).map(({ file }) => join(copy, file))
  if (files.length === 0) return []
  const project = join(copy, name, 'tsconfig.plants.json')
  await writeFile(project, JSON.stringify({ extends: './tsconfig.json', include: [], files }))
  const said = await new Promise<string>((resolve) => {
    execFile(tsc, ['-p', project, '--pretty', 'false'], { cwd: copy }, (error, stdout, stderr) =>
      resolve(error ? stdout || stderr || String(error) : ''),
    )
  })
  // What begins with a space goes on with the error before it.
  return said.split(/\n(?=\S)/).filter((error) => error !== '')
}

/** What is not in a file, such as a fault in the settings of the compiler, is held against every plant. */
const errorsOf = ({ plant, file }: Sown, errors: readonly string[]): string[] =>
  errors
    .filter((error) => error.startsWith(`${file}(`) || !/^\S+\(\d+,\d+\): /.test(error))
    .map((error) => error.replace(file, plant.file))
