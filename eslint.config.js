// @ts-check
import { defineConfig, globalIgnores } from 'eslint/config';
import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { floorsRule } from './eslint.floors.js';

export default defineConfig(
  globalIgnores(['node_modules/', 'demo-out/', 'out/', 'dist/', 'coverage/']),
  js.configs.recommended,
  tseslint.configs.strict,
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { steadygaze: { rules: { floors: floorsRule } } },
    rules: {
      'steadygaze/floors': 'error',
      'max-lines': ['error', { max: 320, skipBlankLines: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      // An `async` function that awaits nothing is how an interface of promises is kept.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['**/*.{test,suite,fixture}.ts'],
    rules: { 'max-lines': ['error', { max: 450, skipBlankLines: true }] },
  },
  {
    // Types stand in comments here: parsed JSON cannot be narrowed as it is in TypeScript, and tsc knows the globals.
    files: ['**/*.js', '**/*.mjs'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off', 'no-undef': 'off' },
  },
);
