//! What the cgroups of this process leave it: of CPU time, of CPUs, of memory. Of version 1 and 2, and of both beside each
//! other; of all levels that this process can see, its own and those above, because each of them limits it.

use std::cmp::Reverse;
use std::time::Duration;

use procfs::process::MountInfos;
use procfs::{MountEntry, ProcessCGroups};
use serde::Serialize;

use super::kernel::Kernel;

/// Here version 2 is mounted unless the kernel says where.
const FOLDER: &str = "/sys/fs/cgroup";

/// The version of a hierarchy of cgroups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub(crate) enum Version {
    V1,
    V2,
}

/// A limit of CPU time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quota {
    pub(crate) version: Version,
    /// The folder of the cgroup.
    pub(crate) folder: String,
    /// CPU time, in microseconds, that all its processes together may have in each period.
    pub(crate) quota_us: u64,
    /// Microseconds.
    pub(crate) period_us: u64,
}

impl Quota {
    /// So many CPUs have as much time.
    pub(crate) fn cpus(&self) -> f64 {
        self.quota_us as f64 / self.period_us as f64
    }
}

/// How often a cgroup had spent its quota, since it was made.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Throttling {
    folder: String,
    /// Periods in which it ran.
    pub(crate) periods: u64,
    /// Those at whose end it stood still.
    pub(crate) throttled: u64,
    /// For how long its CPUs stood still, added up.
    pub(crate) time: Duration,
}

/// What was throttled in between, by the level that was throttled most. None: unknown.
pub(crate) fn spent(before: Option<Vec<Throttling>>, after: Option<Vec<Throttling>>) -> Option<Throttling> {
    let before = before?;
    let since = |after: Throttling| {
        let before = before.iter().find(|before| before.folder == after.folder);
        let before = before.cloned().unwrap_or_default();
        Throttling {
            periods: after.periods.saturating_sub(before.periods),
            throttled: after.throttled.saturating_sub(before.throttled),
            time: after.time.saturating_sub(before.time),
            folder: after.folder,
        }
    };
    let levels = after?.into_iter().map(since);
    Some(levels.max_by_key(|level| (level.throttled, level.periods)).unwrap_or_default())
}

/// The cgroups of this process in one hierarchy: its own first, and those above as far as they are mounted.
struct Levels {
    version: Version,
    folders: Vec<String>,
}

impl Kernel<'_> {
    /// The quotas of CPU time that hold for this process, the tightest first. None: unknown.
    pub(crate) fn quotas(self) -> Option<Vec<Quota>> {
        let levels = self.levels("cpu")?;
        let found: Vec<_> =
            levels.folders.iter().filter_map(|folder| self.quota(levels.version, folder)).collect();
        // The topmost cgroup of version 2 has no such file: nothing limits it.
        let is_topmost = || levels.version == Version::V2 && self.has_topmost_stat(&levels);
        if found.is_empty() && !is_topmost() {
            return None;
        }
        let mut quotas: Vec<_> = found.into_iter().flatten().collect();
        quotas.sort_by(|one, other| one.cpus().total_cmp(&other.cpus()));
        Some(quotas)
    }

    fn has_topmost_stat(self, levels: &Levels) -> bool {
        levels.folders.last().is_some_and(|folder| self.read(&format!("{folder}/cpu.stat")).is_some())
    }

    /// Of one cgroup: None where it has no such file, or what is in it is no quota; None in that where it is unlimited.
    fn quota(self, version: Version, folder: &str) -> Option<Option<Quota>> {
        let read = |file: &str| self.read(&format!("{folder}/{file}"));
        let (quota, period) = match version {
            Version::V1 => (read("cpu.cfs_quota_us")?, read("cpu.cfs_period_us")?),
            Version::V2 => {
                let limit = read("cpu.max")?;
                let (quota, period) = limit.split_once(' ')?;
                (quota.to_owned(), period.to_owned())
            }
        };
        if quota == "max" || quota == "-1" {
            return Some(None);
        }
        let (quota_us, period_us) = (quota.parse().ok()?, period.parse().ok()?);
        (period_us > 0).then(|| Some(Quota { version, folder: folder.to_owned(), quota_us, period_us }))
    }

    /// The CPUs whose time the cgroups of this process leave it, where that is limited.
    pub(crate) fn cpu_limit(self) -> Option<f64> {
        self.quotas()?.first().map(Quota::cpus)
    }

    /// How often each level has been throttled until now. None: unknown.
    pub(crate) fn throttling(self) -> Option<Vec<Throttling>> {
        let levels = self.levels("cpu")?;
        let of_folder = |folder: &String| {
            let stat = self.read(&format!("{folder}/cpu.stat"))?;
            let number = |name: &str| {
                let mut words = stat.lines().filter_map(|line| line.split_once(' '));
                words.find(|(key, _)| *key == name)?.1.trim().parse::<u64>().ok()
            };
            let time = match levels.version {
                Version::V1 => Duration::from_nanos(number("throttled_time")?),
                Version::V2 => Duration::from_micros(number("throttled_usec")?),
            };
            let (periods, throttled) = (number("nr_periods")?, number("nr_throttled")?);
            Some(Throttling { folder: folder.clone(), periods, throttled, time })
        };
        let found: Vec<_> = levels.folders.iter().filter_map(of_folder).collect();
        let is_topmost = || levels.version == Version::V2 && self.has_topmost_stat(&levels);
        (!found.is_empty() || is_topmost()).then_some(found)
    }

    /// The CPUs that the cgroup of this process leaves it, as the kernel lists them. None: unknown.
    pub(crate) fn cpuset(self) -> Option<String> {
        let Levels { version, folders } = self.levels("cpuset")?;
        let file = match version {
            Version::V1 => "cpuset.effective_cpus",
            Version::V2 => "cpuset.cpus.effective",
        };
        folders.iter().find_map(|folder| self.read(&format!("{folder}/{file}")))
    }

    /// Bytes of memory that the cgroups of this process, of version 2, leave it yet.
    pub(super) fn available_memory_of_cgroup(self) -> Option<u64> {
        let Levels { version: Version::V2, folders } = self.levels("memory")? else { return None };
        let available = |folder: &String| {
            let number = |file| self.read(&format!("{folder}/{file}"))?.parse::<u64>().ok();
            Some(number("memory.max")?.saturating_sub(number("memory.current")?))
        };
        folders.iter().filter_map(available).min()
    }

    /// The cgroups of this process that have a controller: of version 1 if it is there, and else of version 2.
    fn levels(self, controller: &str) -> Option<Levels> {
        let ProcessCGroups(cgroups) = self.parse("/proc/self/cgroup")?;
        let has = |controllers: &[String]| controllers.iter().any(|name| name == controller);
        let v1 = cgroups.iter().find(|cgroup| cgroup.hierarchy > 0 && has(&cgroup.controllers));
        let (version, cgroup) = match v1 {
            Some(cgroup) => (Version::V1, cgroup),
            None => (Version::V2, cgroups.iter().find(|cgroup| cgroup.hierarchy == 0)?),
        };
        let mounts = self.cgroup_mounts();
        let mount = mounts.into_iter().find(|mount| match version {
            Version::V1 => mount.kind == "cgroup" && has(&mount.options),
            Version::V2 => mount.kind == "cgroup2",
        });
        let mount = mount.or_else(|| (version == Version::V2).then(Mount::usual))?;
        Some(Levels { version, folders: mount.folders(&cgroup.pathname) })
    }

    fn cgroup_mounts(self) -> Vec<Mount> {
        let is_cgroup = |kind: &str| kind == "cgroup" || kind == "cgroup2";
        if let Some(MountInfos(mounts)) = self.parse("/proc/self/mountinfo") {
            let mounts = mounts.into_iter().filter(|mount| is_cgroup(&mount.fs_type));
            let of_info = |mount: procfs::process::MountInfo| Mount {
                kind: mount.fs_type,
                root: mount.root,
                point: mount.mount_point.to_string_lossy().into_owned(),
                options: mount.super_options.into_keys().collect(),
            };
            return mounts.map(of_info).collect();
        }
        let mounts: Vec<MountEntry> = self.parse("/proc/self/mounts").unwrap_or_default();
        let mounts = mounts.into_iter().filter(|mount| is_cgroup(&mount.fs_vfstype));
        let of_entry = |mount: MountEntry| Mount {
            kind: mount.fs_vfstype,
            root: "/".to_owned(),
            point: mount.fs_file,
            options: mount.fs_mntops.into_keys().collect(),
        };
        mounts.map(of_entry).collect()
    }
}

/// Where a hierarchy is mounted.
struct Mount {
    /// `cgroup` or `cgroup2`.
    kind: String,
    /// The cgroup that is mounted: in a container often not the topmost.
    root: String,
    /// The folder that it is mounted at.
    point: String,
    /// Its controllers among them.
    options: Vec<String>,
}

impl Mount {
    fn usual() -> Self {
        Self {
            kind: "cgroup2".to_owned(),
            root: "/".to_owned(),
            point: FOLDER.to_owned(),
            options: Vec::new(),
        }
    }

    /// The folder of a cgroup, and all above it up to the mount. A cgroup that is not below what is mounted has only that.
    fn folders(&self, cgroup: &str) -> Vec<String> {
        let below = cgroup.strip_prefix(self.root.trim_end_matches('/'));
        let is_below = |path: &&str| path.starts_with('/') && !path.split('/').any(|part| part == "..");
        let below = below.filter(is_below).unwrap_or("").trim_end_matches('/');
        let point = self.point.trim_end_matches('/');
        let mut ends: Vec<_> =
            below.match_indices('/').map(|(index, _)| index).chain([below.len()]).collect();
        ends.sort_by_key(|end| Reverse(*end));
        ends.dedup();
        ends.into_iter().map(|end| format!("{point}{}", &below[..end])).collect()
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::super::fake::Fake;
    use super::*;

    const V2: &str = "31 23 0:28 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate";
    const V1: &str = "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n\
        32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct\n\
        34 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n\
        41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw";
    const OF_V1: &str = "9:name=systemd:/\n3:cpuset:/\n2:cpu,cpuacct:/jobs/one\n0::/";

    fn quotas(fake: &Fake) -> Option<Vec<(f64, String)>> {
        let read = fake.read();
        Some(Kernel(&read).quotas()?.into_iter().map(|quota| (quota.cpus(), quota.folder)).collect())
    }

    fn v2(cgroup: &str) -> Fake {
        Fake::new(&[("/proc/self/cgroup", &format!("0::{cgroup}")), ("/proc/self/mountinfo", V2)])
            .with("/sys/fs/cgroup/cpu.stat", "usage_usec 5\nuser_usec 3")
    }

    fn v1() -> Fake {
        Fake::new(&[("/proc/self/cgroup", OF_V1), ("/proc/self/mountinfo", V1)])
    }

    #[test]
    fn of_nested_quotas_the_tightest_counts_wherever_it_is() {
        let fake = v2("/a/b/c")
            .with("/sys/fs/cgroup/a/b/c/cpu.max", "150000 100000")
            .with("/sys/fs/cgroup/a/b/cpu.max", "max 100000")
            .with("/sys/fs/cgroup/a/cpu.max", "25000 50000\n");
        let tightest = (0.5, "/sys/fs/cgroup/a".to_owned());
        assert_eq!(quotas(&fake), Some(vec![tightest, (1.5, "/sys/fs/cgroup/a/b/c".to_owned())]));
        let read = fake.read();
        assert_eq!(Kernel(&read).cpu_limit(), Some(0.5));
    }

    #[test]
    fn no_quota_is_known_and_no_file_is_not() {
        let unlimited = v2("/a").with("/sys/fs/cgroup/a/cpu.max", "max 100000");
        assert_eq!(quotas(&unlimited), Some(vec![]));
        assert_eq!(quotas(&v2("/")), Some(vec![]));
        assert_eq!(quotas(&v2("/").without("cpu.stat")), None);
        assert_eq!(quotas(&Fake::default()), None);
        assert_eq!(quotas(&v1()), None);
    }

    #[test]
    fn version_1_has_its_own_files_also_beside_version_2() {
        let at = |file: &str| format!("/sys/fs/cgroup/cpu,cpuacct{file}");
        let fake = v1()
            .with(&at("/jobs/one/cpu.cfs_quota_us"), "-1")
            .with(&at("/jobs/one/cpu.cfs_period_us"), "100000")
            .with(&at("/jobs/cpu.cfs_quota_us"), "200000")
            .with(&at("/jobs/cpu.cfs_period_us"), "100000")
            .with(&at("/cpu.cfs_quota_us"), "-1")
            .with(&at("/cpu.cfs_period_us"), "100000")
            // Of the hierarchy that does not have the controller.
            .with("/sys/fs/cgroup/unified/cpu.max", "1000 100000");
        assert_eq!(quotas(&fake), Some(vec![(2.0, at("/jobs"))]));
        let unlimited = fake.with(&at("/jobs/cpu.cfs_quota_us"), "-1");
        assert_eq!(quotas(&unlimited), Some(vec![]));
    }

    #[test]
    fn what_is_no_quota_is_none() {
        for text in ["", "max", "50000", "50000 0", "-5 100000", "x y", "18446744073709551616 1"] {
            let fake = v2("/a").without("cpu.stat").with("/sys/fs/cgroup/a/cpu.max", text);
            assert_eq!(quotas(&fake), None, "{text:?}");
        }
    }

    #[test]
    fn a_container_sees_its_own_cgroup_where_it_is_mounted() {
        // Without a namespace for cgroups: the path is the host's, and so is the mount's root.
        let mount = "32 31 0:29 /docker/abc /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu";
        let fake = |cgroup: &str| {
            Fake::new(&[("/proc/self/mountinfo", mount), ("/proc/self/cgroup", &format!("2:cpu:{cgroup}"))])
                .with("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000")
                .with("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000")
                .with("/sys/fs/cgroup/cpu/in/cpu.cfs_quota_us", "10000")
                .with("/sys/fs/cgroup/cpu/in/cpu.cfs_period_us", "100000")
        };
        let own = (0.5, "/sys/fs/cgroup/cpu".to_owned());
        let inner = (0.1, "/sys/fs/cgroup/cpu/in".to_owned());
        assert_eq!(quotas(&fake("/docker/abc")), Some(vec![own.clone()]));
        assert_eq!(quotas(&fake("/docker/abc/in")), Some(vec![inner, own.clone()]));
        // A path that leads out of it, or to a cgroup whose name only begins alike.
        for cgroup in ["/", "/docker/abcdef/in", "/docker/abc/../../../../etc", "/.."] {
            assert_eq!(quotas(&fake(cgroup)), Some(vec![own.clone()]), "{cgroup}");
        }
    }

    #[test]
    fn without_mountinfo_there_are_mounts_and_without_these_the_usual_folder() {
        let mounts = "cgroup /cg/cpu cgroup rw,relatime,cpu 0 0\nproc /proc proc rw 0 0";
        let fake = Fake::new(&[("/proc/self/mounts", mounts), ("/proc/self/cgroup", "1:cpu:/x")])
            .with("/cg/cpu/x/cpu.cfs_quota_us", "1000")
            .with("/cg/cpu/x/cpu.cfs_period_us", "4000");
        assert_eq!(quotas(&fake), Some(vec![(0.25, "/cg/cpu/x".to_owned())]));
        let usual = Fake::new(&[("/proc/self/cgroup", "0::/x"), ("/sys/fs/cgroup/x/cpu.max", "1000 2000")]);
        assert_eq!(quotas(&usual), Some(vec![(0.5, "/sys/fs/cgroup/x".to_owned())]));
    }

    #[test]
    fn throttling_is_that_of_the_level_that_was_throttled_most() {
        let of = |own: u64, above: u64| {
            let stat = |throttled: u64| {
                format!(
                    "usage_usec 9\nnr_periods {}\nnr_throttled {throttled}\nthrottled_usec {}",
                    throttled + 10,
                    throttled * 7
                )
            };
            let fake = v2("/a/b")
                .with("/sys/fs/cgroup/a/b/cpu.stat", &stat(own))
                .with("/sys/fs/cgroup/a/cpu.stat", &stat(above));
            let read = fake.read();
            Kernel(&read).throttling()
        };
        let most = spent(of(100, 1), of(101, 6)).unwrap();
        assert_eq!((most.periods, most.throttled, most.time), (5, 5, Duration::from_micros(35)));
        assert_eq!(spent(of(5, 5), of(5, 5)).unwrap().throttled, 0);
        assert_eq!((spent(None, of(1, 1)), spent(of(1, 1), None)), (None, None));
    }

    #[test]
    fn version_1_counts_throttled_nanoseconds_and_the_topmost_is_never_throttled() {
        let stat = "nr_periods 40\nnr_throttled 3\nthrottled_time 2500000\n";
        let fake = v1().with("/sys/fs/cgroup/cpu,cpuacct/jobs/one/cpu.stat", stat);
        let read = fake.read();
        let [only] = Kernel(&read).throttling().unwrap().try_into().unwrap();
        assert_eq!((only.periods, only.throttled, only.time), (40, 3, Duration::from_micros(2500)));
        let topmost = v2("/");
        let read = topmost.read();
        let throttling = Kernel(&read).throttling();
        assert_eq!(spent(throttling.clone(), throttling), Some(Throttling::default()));
        assert_eq!(Kernel(&|_| None).throttling(), None);
    }

    #[test]
    fn a_cpuset_is_that_of_the_nearest_cgroup_that_has_one() {
        let v2 = v2("/a/b").with("/sys/fs/cgroup/a/cpuset.cpus.effective", "1,3,5");
        let v1 = v1().with("/sys/fs/cgroup/cpuset/cpuset.effective_cpus", "0-1");
        for (fake, cpus) in [(v2, Some("1,3,5")), (v1, Some("0-1")), (Fake::default(), None)] {
            let read = fake.read();
            assert_eq!(Kernel(&read).cpuset().as_deref(), cpus);
        }
    }
}
