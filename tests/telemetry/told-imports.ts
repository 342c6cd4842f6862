import { join } from 'node:path'
import { rootDir } from '../../edge/dev/processes.ts'

/** The environment in which a program tells in its log when it loads OpenTelemetry's SDK. */
export const tellsImports = {
  NODE_OPTIONS: `--import ${join(rootDir, 'tests/telemetry/tell-imports.ts')}`,
}

/** What it tells then. */
export const toldImport = 'loads the SDK of traces'
