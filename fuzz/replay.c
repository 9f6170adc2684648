/*
 * Runs a harness over its corpus, or over the files named: fuzzing's memory,
 * without clang. fuzz-wire replays corpus/wire.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum { INPUT_MAX_BYTES = 1024 * 1024, PROGRAM_PREFIX = 5 /* "fuzz-" */ };

static int
replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(INPUT_MAX_BYTES), *input;
	size_t len = 0;

	if (file == NULL || bytes == NULL) {
		(void)fprintf(stderr, "%s cannot be read\n", path);
		exit(1);
	}
	len = fread(bytes, 1, INPUT_MAX_BYTES, file);
	(void)fclose(file);
	/* just as long as it is */
	if ((input = malloc(len == 0 ? 1 : len)) == NULL)
		exit(1);
	memcpy(input, bytes, len);
	free(bytes);
	(void)fprintf(stderr, "%s\n", path); /* the last one, should it end */
	(void)LLVMFuzzerTestOneInput(input, len);
	free(input);
	return 1;
}

static int
replay_directory(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	char file[4096];
	int count = 0;

	if (directory == NULL) {
		(void)fprintf(stderr, "%s cannot be read\n", path);
		exit(1);
	}
	while ((entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if (snprintf(file, sizeof(file), "%s/%s", path,
		    entry->d_name) >= (int)sizeof(file))
			exit(1);
		count += replay(file);
	}
	(void)closedir(directory);
	return count;
}

int
main(int argc, char **argv)
{
	char corpus[4096];
	int count = 0;

	for (int i = 1; i < argc; i++)
		count += replay(argv[i]);
	if (argc == 1) {
		(void)snprintf(corpus, sizeof(corpus), "%s/%s", FUZZ_CORPUS,
		    program_invocation_short_name + PROGRAM_PREFIX);
		count = replay_directory(corpus);
	}
	(void)printf("%d inputs\n", count);
	return count == 0;
}
