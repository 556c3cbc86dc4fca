package cloud

import "strings"

// service is storage outside.
type service struct {
	domain string // it, and all below it
	name   string
	drop   bool
}

// services lists storage by domain, of which the longest that fits counts. The
// domains are those under which the providers' own manuals offer upload, and
// those that the LOTS project lists for exfiltration (lots-project.com). The list
// is short on purpose: what it does not name is judged by the house's own traffic
// (upload, drip).
var services = []service{
	{"mega.nz", "MEGA", true},
	{"mega.co.nz", "MEGA", true},
	{"mega.io", "MEGA", true},
	{"gofile.io", "Gofile", true},
	{"transfer.sh", "transfer.sh", true},
	{"file.io", "file.io", true},
	{"temp.sh", "temp.sh", true},
	{"filebin.net", "Filebin", true},
	{"filetransfer.io", "FileTransfer.io", true},
	{"catbox.moe", "Catbox", true},
	{"0x0.st", "0x0.st", true},
	{"bashupload.com", "bashupload", true},
	{"anonfiles.com", "AnonFiles", true},
	{"ufile.io", "Uploadfiles", true},
	{"uplooder.net", "Uplooder", true},
	{"sendspace.com", "sendspace", true},
	{"4sync.com", "4Sync", true},
	{"wetransfer.com", "WeTransfer", true},
	{"wetransfer.net", "WeTransfer", true},
	{"filemail.com", "Filemail", true},
	{"put.io", "put.io", true},
	{"mediafire.com", "MediaFire", true},
	{"pixeldrain.com", "pixeldrain", true},
	{"pcloud.com", "pCloud", false},
	{"sync.com", "Sync.com", false},
	{"icedrive.net", "Icedrive", false},
	{"filen.io", "Filen", false},
	{"koofr.net", "Koofr", false},
	{"jottacloud.com", "Jottacloud", false},
	{"storjshare.io", "Storj", false},
	{"backblazeb2.com", "Backblaze B2", false},
	{"wasabisys.com", "Wasabi", false},
	{"digitaloceanspaces.com", "DigitalOcean Spaces", false},
	{"linodeobjects.com", "Linode Object Storage", false},
	{"r2.cloudflarestorage.com", "Cloudflare R2", false},
	{"s3.amazonaws.com", "Amazon S3", false},
	{"blob.core.windows.net", "Azure Blob Storage", false},
	{"file.core.windows.net", "Azure Files", false},
	{"storage.googleapis.com", "Google Cloud Storage", false},
	{"drive.google.com", "Google Drive", false},
	{"dropbox.com", "Dropbox", false},
	{"dropboxapi.com", "Dropbox", false},
	{"box.com", "Box", false},
	{"boxcloud.com", "Box", false},
	{"onedrive.live.com", "OneDrive", false},
	{"1drv.com", "OneDrive", false},
	{"api.telegram.org", "Telegram", true},
}

// serviceOf returns the service that a name belongs to.
func serviceOf(name string) (s service, ok bool) {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	for _, x := range services {
		if (name == x.domain || strings.HasSuffix(name, "."+x.domain)) && len(x.domain) > len(s.domain) {
			s, ok = x, true
		}
	}
	// Buckets stand before the region: bucket.s3.eu-central-1.amazonaws.com (Amazon
	// S3 user guide, virtual-hosted requests).
	if rest, cut := strings.CutSuffix(name, ".amazonaws.com"); !ok && cut && (strings.HasPrefix(rest, "s3.") || strings.HasPrefix(rest, "s3-") || strings.Contains(rest, ".s3.") || strings.Contains(rest, ".s3-")) {
		return service{"amazonaws.com", "Amazon S3", false}, true
	}
	return s, ok
}

// tools are the beginnings of user agents, in lower case, and the programs that
// show them, as their manuals or sources say.
var tools = []struct{ prefix, name string }{
	{"rclone/", "rclone"},
	{"megasync", "MEGAsync"},
	{"megacmd", "MEGAcmd"},
	{"megatools", "megatools"},
	{"winscp", "WinSCP"},
	{"filezilla", "FileZilla"},
	{"cyberduck/", "Cyberduck"},
	{"mountain duck/", "Mountain Duck"},
	{"restic/", "restic"},
	{"duplicati", "Duplicati"},
	{"kopia/", "Kopia"},
	{"syncthing", "Syncthing"},
	{"s3cmd", "s3cmd"},
	{"aws-cli/", "AWS command line"},
	{"azcopy/", "AzCopy"},
	{"gsutil", "gsutil"},
	{"goodsync", "GoodSync"},
	{"s3 browser", "S3 Browser"},
}

// toolOf returns the program that shows a user agent.
func toolOf(agent string) string {
	agent = strings.ToLower(agent)
	for _, t := range tools {
		if strings.HasPrefix(agent, t.prefix) {
			return t.name
		}
	}
	return ""
}
