/*
 * memory_search PID <TEXTS
 * Which of the lines of its standard input are anywhere in the memory of that
 * process: for each place, the number of the line and the mapping. Ends with
 * 0 where there was none, 1 where there was, 2 where it could not look.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXTS_MAX = 256, TEXT_MAX_BYTES = 4096 };

static char texts[TEXTS_MAX][TEXT_MAX_BYTES];
static int text_count;

static void
read_texts(void)
{
	while (text_count < TEXTS_MAX &&
	    fgets(texts[text_count], TEXT_MAX_BYTES, stdin) != NULL) {
		texts[text_count][strcspn(texts[text_count], "\n")] = '\0';
		if (texts[text_count][0] != '\0')
			text_count++;
	}
}

/* How many places of one mapping hold any of the texts. */
static int
search(const char *bytes, size_t len, const char *mapping)
{
	int found = 0;

	for (int i = 0; i < text_count; i++) {
		const char *at = bytes;

		while ((at = memmem(at, len - (size_t)(at - bytes), texts[i],
		    strlen(texts[i]))) != NULL) {
			(void)printf("text %d in %s", i + 1, mapping);
			found++;
			at++;
		}
	}
	return found;
}

/* -1: the mapping could not be read at all. */
static int
search_mapping(int mem, const char *mapping)
{
	unsigned long start, end;
	size_t len = 0;
	char *bytes;
	ssize_t n;
	int found;

	if (sscanf(mapping, "%lx-%lx r", &start, &end) != 2 ||
	    (bytes = malloc(end - start)) == NULL)
		return -1;
	while (len < end - start && (n = pread(mem, bytes + len,
	    end - start - len, (off_t)(start + len))) > 0)
		len += (size_t)n;
	found = len == 0 ? -1 : search(bytes, len, mapping);
	free(bytes);
	return found;
}

int
main(int argc, char **argv)
{
	char path[64], mapping[4400];
	int mem, found = 0, mappings = 0, n;
	FILE *maps;

	if (argc != 2)
		return 2;
	read_texts();
	(void)snprintf(path, sizeof(path), "/proc/%d/mem", atoi(argv[1]));
	mem = open(path, O_RDONLY | O_CLOEXEC);
	(void)snprintf(path, sizeof(path), "/proc/%d/maps", atoi(argv[1]));
	maps = fopen(path, "re");
	if (mem == -1 || maps == NULL || text_count == 0)
		return 2;
	while (fgets(mapping, sizeof(mapping), maps) != NULL) {
		if (strstr(mapping, "[v") != NULL) /* the kernel's own */
			continue;
		if ((n = search_mapping(mem, mapping)) < 0)
			continue;
		found += n;
		mappings++;
	}
	(void)fclose(maps);
	(void)close(mem);
	(void)printf("%d mappings searched for %d texts, %d places\n", mappings,
	    text_count, found);
	return mappings == 0 ? 2 : found > 0;
}
