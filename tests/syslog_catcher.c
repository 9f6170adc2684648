/*
 * A syslog for tests: takes datagrams at the socket named first and appends
 * each as a line to the file named second, until it is ended.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char line[8192];
	ssize_t n;
	int fd, out;

	if (argc != 3 || strlen(argv[1]) >= sizeof(address.sun_path)) {
		(void)fputs("usage: syslog-catcher SOCKET FILE\n", stderr);
		return 2;
	}
	memcpy(address.sun_path, argv[1], strlen(argv[1]));
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	out = open(argv[2], O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (fd == -1 || out == -1 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1 ||
	    chmod(argv[1], 0666) == -1) {
		perror(argv[1]);
		return 1;
	}
	while ((n = recv(fd, line, sizeof(line) - 1, 0)) > 0) {
		while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\0'))
			n--;
		line[n] = '\n';
		if (write(out, line, (size_t)n + 1) == -1)
			return 1;
	}
	return 0;
}
