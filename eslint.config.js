// @ts-check
import { defineConfig, globalIgnores } from 'eslint/config';
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import tseslint from 'typescript-eslint';
import { floorsRule } from './eslint.floors.js';
import svelteConfig from './svelte.config.js';

export default defineConfig(
  globalIgnores(['node_modules/', 'demo-out/', 'out/', 'dist/', 'coverage/', 'src-renderer/public/']),
  js.configs.recommended,
  tseslint.configs.strict,
  tseslint.configs.recommendedTypeChecked,
  svelte.configs.recommended,
  svelte.configs.prettier,
  {
    // `.svelte` for every file: TypeScript would otherwise load all anew at each change between the two kinds.
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
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
    // The window runs in a browser: what Node.js offers is for its tests only.
    files: ['src-renderer/**/*.{ts,svelte}'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'Buffer', 'require', 'global', '__dirname', '__filename'],
      'no-restricted-imports': ['error', { patterns: ['node:*'] }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser, svelteConfig } },
    rules: {
      // svelte-check knows the globals of the browser.
      'no-undef': 'off',
      // The linter sees components of other files as `any`; svelte-check knows their props and checks them.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // Caches and queues that nothing is drawn from.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    // Types stand in comments here: parsed JSON cannot be narrowed as it is in TypeScript, and tsc knows the globals.
    files: ['**/*.js', '**/*.mjs'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off', 'no-undef': 'off' },
  },
);
