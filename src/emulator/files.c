/*
 * Writes what a client needs to find and trust the emulator. Each file
 * appears whole: written beside its place, then moved into it.
 */
#include "emulator/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
put(const char *dir, const char *name, mode_t mode, const char *text)
{
	char path[PATH_MAX], temp[PATH_MAX];
	size_t len = strlen(text);
	bool written;
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >=
		(int)sizeof(path) ||
	    snprintf(temp, sizeof(temp), "%s/.%s.%d", dir, name,
		(int)getpid()) >= (int)sizeof(temp)) {
		errno = ENAMETOOLONG;
		perror(dir);
		return false;
	}
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0) {
		perror(temp);
		return false;
	}
	written = write(fd, text, len) == (ssize_t)len &&
	    fchmod(fd, mode) == 0;
	if (close(fd) != 0 || !written || rename(temp, path) != 0) {
		perror(path);
		unlink(temp);
		return false;
	}
	return true;
}

static bool
put_configuration(const struct state *s, const char *dir)
{
	char *text;
	bool done;

	if (asprintf(&text,
		"# Written by genauth-emulator at every start.\n"
		"provider = genauth\n"
		"management_url = %s\n"
		"app_url = %s\n"
		"app_id = %s\n"
		"app_secret_file = %s/app_secret\n"
		"access_key_id = %s\n"
		"access_key_secret_file = %s/access_key_secret\n"
		"ca_file = %s/ca.pem\n",
		s->url, s->url, s->app, dir, s->key_id, dir, dir) < 0)
		return false;
	done = put(dir, "genauth.conf", 0644, text);
	free(text);
	return done;
}

static void
add_path(cJSON *json, const char *name, const char *dir, const char *file)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	cJSON_AddStringToObject(json, name, path);
}

static bool
put_description(const struct state *s, const char *dir, const char *control)
{
	cJSON *json = cJSON_CreateObject();
	char *text;
	bool done;

	cJSON_AddStringToObject(json, "url", s->url);
	cJSON_AddStringToObject(json, "controlUrl", control);
	cJSON_AddNumberToObject(json, "pid", getpid());
	cJSON_AddStringToObject(json, "userPoolId", s->pool);
	cJSON_AddStringToObject(json, "appId", s->app);
	cJSON_AddStringToObject(json, "accessKeyId", s->key_id);
	add_path(json, "accessKeySecretFile", dir, "access_key_secret");
	add_path(json, "appSecretFile", dir, "app_secret");
	add_path(json, "caFile", dir, "ca.pem");
	add_path(json, "configurationFile", dir, "genauth.conf");
	add_path(json, "outboxFile", dir, "outbox");
	text = cJSON_Print(json);
	done = text != NULL && put(dir, "emulator.json", 0644, text);
	cJSON_free(text);
	cJSON_Delete(json);
	return done;
}

bool
files_write(const struct state *s, const char *dir,
    const gnutls_datum_t *ca_pem, const char *control_url)
{
	return put(dir, "ca.pem", 0644, (const char *)ca_pem->data) &&
	    put(dir, "access_key_secret", 0600, s->key_secret) &&
	    put(dir, "app_secret", 0600, s->app_secret) &&
	    put_configuration(s, dir) && put_description(s, dir, control_url);
}

int
files_open_outbox(const char *dir)
{
	char path[PATH_MAX];
	int fd = -1;

	if (put(dir, "outbox", 0600, "") &&
	    snprintf(path, sizeof(path), "%s/outbox", dir) <
		(int)sizeof(path)) {
		fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
		if (fd < 0)
			perror(path);
	}
	return fd;
}

char *
files_make_dir(const char *dir)
{
	char *path;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
		perror(dir);
		return NULL;
	}
	if ((path = realpath(dir, NULL)) == NULL)
		perror(dir);
	return path;
}
