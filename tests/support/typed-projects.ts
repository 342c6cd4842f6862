/** Every package whose types are checked, by the folder of its tsconfig.json. */
export const typedProjects = [
  'core/contract',
  'core/inventory',
  'core/client',
  'core',
  'edge',
  'tests',
] as const
