import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { keepPort } from '../../edge/dev/ports.ts'
import { answersOk, type Running, rootDir, startProgram } from '../../edge/dev/processes.ts'
import { type RunningRedis, startRedis } from '../../edge/dev/redis/start.ts'
import { keepSecrets, type Secrets } from '../../edge/dev/secrets.ts'
import { startMongoProgram } from '../support/databases.ts'
import { runProgram } from '../support/holdfast.ts'
import { canIsolate } from '../support/requirements.ts'
import { buildImage, type Image } from './build.ts'
import { commandIn } from './isolation.ts'

const dir = mkdtempSync(join(tmpdir(), 'holdfast-images-'))
const buildMsMax = 180_000
let images: { readonly core: Image; readonly edge: Image }
beforeAll(() => {
  images = {
    core: buildImage('core/Dockerfile', join(dir, 'core')),
    edge: buildImage('edge/Dockerfile', join(dir, 'edge')),
  }
}, buildMsMax)
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const Names = z.record(z.string(), z.string()).default({})
const Manifest = z.object({ dependencies: Names, devDependencies: Names })
const manifestOf = (folder: string) =>
  Manifest.parse(JSON.parse(readFileSync(join(rootDir, folder, 'package.json'), 'utf8')))

/** All files of an image but those of its dependencies. */
const ownFiles = ({ root, workdir }: Image): string[] =>
  readdirSync(join(root, workdir), { recursive: true, encoding: 'utf8' }).filter(
    (file) => !file.startsWith('node_modules'),
  )

describe.each(['core', 'edge'] as const)('the image of %s', (name) => {
  test('has what it needs in production, and no tool of ours', () => {
    const modules = join(images[name].root, images[name].workdir, 'node_modules')
    const has = (dependency: string) => existsSync(join(modules, dependency))
    const { dependencies, devDependencies } = manifestOf(name)
    const copied = ['swagger-ui-dist']
    const needed = Object.keys(dependencies).filter((dependency) => !copied.includes(dependency))
    expect(needed.filter((dependency) => !has(dependency))).toEqual([])
    const tools = Object.keys({ ...manifestOf('.').devDependencies, ...devDependencies })
    // Types come with libraries that ship for TypeScript.
    const unneeded = tools.filter((tool) => !needed.includes(tool) && !tool.startsWith('@types/'))
    expect(unneeded.filter(has)).toEqual([])
  })

  test('has no test, no secret, no tool and nothing of what is built from elsewhere', () => {
    const files = ownFiles(images[name])
    expect(files).toContain(`${name}/src/${name === 'core' ? 'server' : 'node'}.ts`)
    expect(
      files.filter((file) => /\.(test|suite)\.ts$|testing|\.dev\.vars|secrets\.json/.test(file)),
    ).toEqual([])
    expect(files.filter((file) => /^(tests|charts|\.|core\/Dockerfile|edge\/dev)/.test(file))).toEqual([])
  })

  test('is a distroless one whose user is nobody of the host', () => {
    expect(images[name].base).toMatch(/^gcr\.io\/distroless\/nodejs\d+-debian\d+:nonroot$/)
    expect(images[name].user).toBe('65532:65532')
  })

  test.runIf(canIsolate)('runs as that user, who can write nowhere and has no capability', async () => {
    const script = `
      const tried = ['/x', '/app/x', '/app/core/x', '/app/node_modules/x', '/etc/x', '/tmp/x']
      const wrote = tried.filter((file) => { try { fs.writeFileSync(file, ''); return true } catch { return false } })
      const [, capabilities] = /CapEff:\\s+(\\w+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))
      console.log(JSON.stringify({ wrote, uid: process.getuid(), capabilities: parseInt(capabilities, 16) }))`
    const { told } = await runProgram(commandIn(images[name], ['-e', script]))
    expect(JSON.parse(told)).toEqual({ wrote: [], uid: 65_532, capabilities: 0 })
  })
})

describe('the images together', () => {
  let mongo: Awaited<ReturnType<typeof startMongoProgram>>
  let redis: RunningRedis
  let secrets: Secrets
  const running: Running[] = []
  beforeAll(async () => {
    mongo = await startMongoProgram()
    redis = await startRedis()
    secrets = await keepSecrets(join(dir, 'secrets.json'))
  })
  afterAll(async () => {
    for (const program of running.toReversed()) await program.stop()
    await redis?.stop()
    await mongo?.stop()
  })

  const shared = () => ({
    UPSTASH_REDIS_REST_URL: redis.restUrl,
    UPSTASH_REDIS_REST_TOKEN: redis.restToken,
    EDGE_ASSERTION_KEYS: secrets.edgeAssertionKeys,
    USER_TOKEN_SECRET: secrets.userTokenSecret,
    ADMIN_TOKEN_SECRET: secrets.adminTokenSecret,
    HOST: '127.0.0.1',
  })
  const coreEnv = (storeUrl = mongo.url) => ({
    ...images.core.env,
    ...shared(),
    STORE_URL: storeUrl,
    REFUSE_SQLITE: '1',
    RECEIPT_KEY: secrets.receiptKey,
    ADMIN_EMAIL: secrets.adminEmail,
    ADMIN_PASSWORD_HASH: secrets.adminPasswordHash,
  })
  /** Starts an image on a port, as production does. */
  async function start(name: 'core' | 'edge', env: Readonly<Record<string, string>>): Promise<string> {
    const { port } = await keepPort()
    const url = `http://127.0.0.1:${port}`
    const program = await startProgram({
      name,
      command: commandIn(images[name]),
      env: { ...env, PORT: String(port) },
      logFile: join(dir, `${name}.log`),
      isReady: () => answersOk(`${url}/readyz`),
    })
    running.push(program)
    return url
  }

  test.each([
    ['the migration', ['core/src/cli/main.ts', 'migrate']],
    ['core', ['core/src/server.ts']],
  ])('%s refuses a file that would be lost with the container', async (_, args) => {
    const refused = await runProgram(commandIn(images.core, args), coreEnv('sqlite::memory:'))
    expect(refused).toMatchObject({ code: 1, told: '' })
    expect(refused.complained).toContain('a SQLite file here would be lost with its container')
  })

  test('migrate, serve with production settings, and sell a seat', async () => {
    const migrated = await runProgram(commandIn(images.core, ['core/src/cli/main.ts', 'migrate']), coreEnv())
    expect(migrated).toMatchObject({ code: 0, complained: '' })
    const CORE_URL = await start('core', coreEnv())
    const edgeEnv = { ...images.edge.env, ...shared(), CORE_URL, HOLD_KEY_SECRET: secrets.holdKeySecret }
    const edge = await start('edge', edgeEnv)
    expect(await answersOk(`${edge}/docs`)).toBe(true)
    expect(await answersOk(`${edge}/docs/viewer/swagger-ui-bundle.js`)).toBe(true)

    const smoke = await runProgram(
      commandIn(images.core, ['core/src/cli/main.ts', 'smoke', '--edge', edge]),
      {
        ...images.core.env,
        ADMIN_EMAIL: secrets.adminEmail,
        ADMIN_PASSWORD_HASH: secrets.adminPasswordHash,
        ADMIN_TOKEN_SECRET: secrets.adminTokenSecret,
      },
    )
    expect(smoke).toMatchObject({ code: 0, complained: '' })
    expect(smoke.told).toMatch(/^held and booked: BK-/)
  })

  test('hear SIGTERM themselves: nothing stands between Node and the kubelet', async () => {
    for (const program of running.toReversed()) await program.stop('SIGTERM')
    expect(readFileSync(join(dir, 'core.log'), 'utf8')).toContain('"event":"core_stops"')
  })
})
