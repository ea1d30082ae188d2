// SPDX-License-Identifier: Apache-2.0
//! Where may an endpoint connect to? All endpoints are asked about in one batch, which is the way to
//! ask often; for the first one that is out of reach, a query tells why.
//!
//! usage: reachable SOURCE PORT PATH...      SOURCE is NAMESPACE/NAME; the protocol is TCP
//!
//! Compiled by `rustc reachable.rs -L FOLDER`, without any crate. A larger program would rather let
//! bindgen read calpol/calpol.h; what is declared here by hand is what this one needs.

use std::ffi::{CStr, CString};
use std::fmt;
use std::ptr;

/// The C interface: names, types and constants are those of the headers, which say what each means.
mod ffi {
    use std::os::raw::{c_char, c_int, c_void};

    macro_rules! opaque {
        ($($name:ident),*) => { $(#[repr(C)] pub struct $name { _private: [u8; 0] })* };
    }
    opaque!(Loader, Ruleset, Diagnostics, Query, Trace);

    pub const OK: c_int = 0;
    pub const ERROR_INVALID_INPUT: c_int = -3;
    pub const GIVEN_PROTOCOL: u32 = 1 << 0;
    pub const GIVEN_DESTINATION_PORT: u32 = 1 << 2;
    pub const ACTION_DENY: u8 = 2;

    pub const STRUCT_DIAGNOSTIC: c_int = 3;
    pub const STRUCT_FLOW: c_int = 5;
    pub const STRUCT_VERDICT: c_int = 7;
    pub const STRUCT_POLICY_INFO: c_int = 9;
    pub const STRUCT_ENDPOINT_INFO: c_int = 10;
    pub const STRUCT_COUNTS: c_int = 12;

    #[repr(C)]
    pub struct Diagnostic {
        pub code: u32,
        pub severity: u32,
        pub line: u32,
        pub column: u32,
        pub name: *const c_char,
        pub source: *const c_char,
        pub resource: *const c_char,
        pub path: *const c_char,
        pub message: *const c_char,
        pub excerpt: *const c_char,
        pub excerpt_column: u32,
        pub reserved: u32,
    }

    #[derive(Clone, Copy, Default)]
    #[repr(C)]
    pub struct Address {
        pub family: u8,
        pub reserved: [u8; 3],
        pub bytes: [u8; 16],
    }

    #[derive(Clone, Copy, Default)]
    #[repr(C)]
    pub struct Flow {
        pub given: u32,
        pub source_endpoint: u32,
        pub destination_endpoint: u32,
        pub source_address: Address,
        pub destination_address: Address,
        pub source_port: u16,
        pub destination_port: u16,
        pub protocol: u8,
        pub icmp_type: u8,
        pub icmp_code: u8,
        pub state: u8,
        pub reserved: [u32; 4],
    }

    #[derive(Clone, Copy, Default)]
    #[repr(C)]
    pub struct Decision {
        pub action: u8,
        pub reason: u8,
        pub stage: u16,
        pub tier: u32,
        pub policy: u32,
        pub rule: i32,
    }

    #[derive(Clone, Copy, Default)]
    #[repr(C)]
    pub struct Verdict {
        pub action: u8,
        pub reason: u8,
        pub decided_by: u16,
        pub depends_on: u32,
        pub reserved: [u32; 2],
        pub egress: Decision,
        pub ingress: Decision,
    }

    #[repr(C)]
    pub struct Counts {
        pub tiers: u32,
        pub policies: u32,
        pub rules: u32,
        pub endpoints: u32,
        pub network_sets: u32,
        pub namespaces: u32,
        pub services: u32,
        pub nodes: u32,
        pub selectors: u32,
        pub label_sets: u32,
        pub bytes: u64,
        pub dialect: u32,
        pub programs: u32,
        pub programs_left_out: u32,
        pub reserved: [u32; 3],
    }

    #[repr(C)]
    pub struct EndpointInfo {
        pub reference: *const c_char,
        pub namespace_name: *const c_char,
        pub name: *const c_char,
        pub node: *const c_char,
        pub source: *const c_char,
        pub line: u32,
        pub address_count: u32,
        pub is_host: u32,
        pub reserved: u32,
    }

    #[repr(C)]
    pub struct PolicyInfo {
        pub label: *const c_char,
        pub kind: *const c_char,
        pub namespace_name: *const c_char,
        pub name: *const c_char,
        pub source: *const c_char,
        pub line: u32,
        pub tier: u32,
        pub order: f64,
        pub ingress_count: u32,
        pub egress_count: u32,
        pub staged: u32,
        pub reserved: [u32; 3],
    }

    #[link(name = "calpol")]
    extern "C" {
        pub fn calpol_status_text(status: c_int) -> *const c_char;
        pub fn calpol_struct_size(struct_id: c_int) -> usize;
        pub fn calpol_action_name(action: c_int) -> *const c_char;

        pub fn calpol_loader_new(options: *const c_void, out: *mut *mut Loader) -> c_int;
        pub fn calpol_loader_add_path(loader: *mut Loader, path: *const c_char) -> c_int;
        pub fn calpol_loader_finish(
            loader: *mut Loader,
            out_ruleset: *mut *mut Ruleset,
            out_diagnostics: *mut *mut Diagnostics,
        ) -> c_int;
        pub fn calpol_loader_free(loader: *mut Loader);

        pub fn calpol_diagnostics_count(list: *const Diagnostics) -> usize;
        pub fn calpol_diagnostics_get(
            list: *const Diagnostics,
            index: usize,
            out: *mut Diagnostic,
            size: usize,
        ) -> c_int;
        pub fn calpol_diagnostics_free(list: *mut Diagnostics);

        pub fn calpol_ruleset_unref(ruleset: *mut Ruleset);
        pub fn calpol_ruleset_counts(
            ruleset: *const Ruleset,
            out: *mut Counts,
            size: usize,
        ) -> c_int;
        pub fn calpol_ruleset_find_endpoint(
            ruleset: *const Ruleset,
            reference: *const c_char,
            out: *mut u32,
        ) -> c_int;
        pub fn calpol_ruleset_endpoint(
            ruleset: *const Ruleset,
            endpoint: u32,
            out: *mut EndpointInfo,
            size: usize,
        ) -> c_int;
        pub fn calpol_ruleset_policy(
            ruleset: *const Ruleset,
            policy: u32,
            out: *mut PolicyInfo,
            size: usize,
        ) -> c_int;

        pub fn calpol_evaluate_batch(
            ruleset: *const Ruleset,
            flows: *const Flow,
            flow_size: usize,
            count: usize,
            out_verdicts: *mut Verdict,
            verdict_size: usize,
        ) -> c_int;

        pub fn calpol_query_new(ruleset: *mut Ruleset, out: *mut *mut Query) -> c_int;
        pub fn calpol_query_set_source(query: *mut Query, reference: *const c_char) -> c_int;
        pub fn calpol_query_set_destination(query: *mut Query, reference: *const c_char) -> c_int;
        pub fn calpol_query_set_protocol(query: *mut Query, protocol: *const c_char) -> c_int;
        pub fn calpol_query_set_destination_port(query: *mut Query, port: u32) -> c_int;
        pub fn calpol_query_explain(query: *mut Query, out: *mut *mut Trace) -> c_int;
        pub fn calpol_query_free(query: *mut Query);

        pub fn calpol_trace_text(trace: *const Trace) -> *const c_char;
        pub fn calpol_trace_free(trace: *mut Trace);
    }
}

/// What a call said, and what it was about.
struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn check(status: i32, what: &str) -> Result<(), Error> {
    if status == ffi::OK {
        return Ok(());
    }
    // Safe: the text of a status is static.
    let text = unsafe { text(ffi::calpol_status_text(status)) };
    Err(Error(format!("{what}: {text}")))
}

/// Safe while the object lives that owns the text, which is NUL-terminated and never NULL.
unsafe fn text(pointer: *const std::os::raw::c_char) -> String {
    CStr::from_ptr(pointer).to_string_lossy().into_owned()
}

fn c_text(text: &str) -> Result<CString, Error> {
    CString::new(text).map_err(|_| Error(format!("{text:?} has a NUL in it")))
}

/// The structs above are those of the library: a size that differs would be memory overwritten.
fn check_sizes() -> Result<(), Error> {
    use std::mem::size_of;
    let sizes = [
        (ffi::STRUCT_DIAGNOSTIC, size_of::<ffi::Diagnostic>()),
        (ffi::STRUCT_FLOW, size_of::<ffi::Flow>()),
        (ffi::STRUCT_VERDICT, size_of::<ffi::Verdict>()),
        (ffi::STRUCT_POLICY_INFO, size_of::<ffi::PolicyInfo>()),
        (ffi::STRUCT_ENDPOINT_INFO, size_of::<ffi::EndpointInfo>()),
        (ffi::STRUCT_COUNTS, size_of::<ffi::Counts>()),
    ];
    for (id, size) in sizes {
        if unsafe { ffi::calpol_struct_size(id) } < size {
            return Err(Error(format!("struct {id} is smaller in this libcalpol")));
        }
    }
    Ok(())
}

/// A ruleset never changes and may be shared by threads: the count of its references is atomic.
struct Ruleset(*mut ffi::Ruleset);

unsafe impl Send for Ruleset {}
unsafe impl Sync for Ruleset {}

impl Drop for Ruleset {
    fn drop(&mut self) {
        unsafe { ffi::calpol_ruleset_unref(self.0) }
    }
}

impl Ruleset {
    fn load(paths: &[String]) -> Result<Ruleset, Error> {
        let paths: Vec<CString> = paths
            .iter()
            .map(|path| c_text(path))
            .collect::<Result<_, _>>()?;
        let (mut loader, mut ruleset, mut diagnostics) =
            (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        unsafe {
            check(ffi::calpol_loader_new(ptr::null(), &mut loader), "loader")?;
            for path in &paths {
                // A path that cannot be read is among the diagnostics.
                ffi::calpol_loader_add_path(loader, path.as_ptr());
            }
            let status = ffi::calpol_loader_finish(loader, &mut ruleset, &mut diagnostics);
            ffi::calpol_loader_free(loader);
            report(diagnostics);
            ffi::calpol_diagnostics_free(diagnostics);
            check(status, "the policies cannot be used")?;
        }
        Ok(Ruleset(ruleset))
    }

    fn find(&self, reference: &str) -> Result<u32, Error> {
        let mut endpoint = 0;
        let c_reference = c_text(reference)?;
        let status = unsafe {
            ffi::calpol_ruleset_find_endpoint(self.0, c_reference.as_ptr(), &mut endpoint)
        };
        check(status, reference).map(|_| endpoint)
    }

    fn endpoint_count(&self) -> Result<u32, Error> {
        let mut counts: ffi::Counts = unsafe { std::mem::zeroed() };
        let size = std::mem::size_of::<ffi::Counts>();
        check(
            unsafe { ffi::calpol_ruleset_counts(self.0, &mut counts, size) },
            "counts",
        )?;
        Ok(counts.endpoints)
    }

    fn name(&self, endpoint: u32) -> Result<String, Error> {
        let mut info: ffi::EndpointInfo = unsafe { std::mem::zeroed() };
        let size = std::mem::size_of::<ffi::EndpointInfo>();
        unsafe {
            check(
                ffi::calpol_ruleset_endpoint(self.0, endpoint, &mut info, size),
                "endpoint",
            )?;
            Ok(text(info.reference))
        }
    }

    /// The policy of the direction that denies, if a single one does.
    fn decided_by(&self, verdict: &ffi::Verdict) -> Option<String> {
        let egress = verdict.egress.action == ffi::ACTION_DENY;
        let decision = if egress {
            &verdict.egress
        } else {
            &verdict.ingress
        };
        let mut info: ffi::PolicyInfo = unsafe { std::mem::zeroed() };
        let size = std::mem::size_of::<ffi::PolicyInfo>();
        unsafe {
            let status = ffi::calpol_ruleset_policy(self.0, decision.policy, &mut info, size);
            (status == ffi::OK).then(|| text(info.label))
        }
    }

    /// The hot path: plain structs in, plain structs out, and nothing is allocated by the library.
    fn evaluate(&self, flows: &[ffi::Flow]) -> Result<Vec<ffi::Verdict>, Error> {
        let mut verdicts = vec![ffi::Verdict::default(); flows.len()];
        let status = unsafe {
            ffi::calpol_evaluate_batch(
                self.0,
                flows.as_ptr(),
                std::mem::size_of::<ffi::Flow>(),
                flows.len(),
                verdicts.as_mut_ptr(),
                std::mem::size_of::<ffi::Verdict>(),
            )
        };
        // A pair without a common IP version gets "none" and does not stop the others.
        if status != ffi::ERROR_INVALID_INPUT {
            check(status, "evaluate")?;
        }
        Ok(verdicts)
    }

    fn explain(&self, source: &str, destination: &str, port: u16) -> Result<String, Error> {
        let (c_source, c_destination) = (c_text(source)?, c_text(destination)?);
        let mut query = ptr::null_mut();
        let mut trace = ptr::null_mut();
        unsafe {
            check(ffi::calpol_query_new(self.0, &mut query), "query")?;
            let asked = check(
                ffi::calpol_query_set_source(query, c_source.as_ptr()),
                source,
            )
            .and_then(|_| {
                let status = ffi::calpol_query_set_destination(query, c_destination.as_ptr());
                check(status, destination)
            })
            .and_then(|_| {
                let tcp = b"TCP\0".as_ptr().cast();
                check(ffi::calpol_query_set_protocol(query, tcp), "protocol")
            })
            .and_then(|_| {
                check(
                    ffi::calpol_query_set_destination_port(query, port.into()),
                    "port",
                )
            })
            .and_then(|_| check(ffi::calpol_query_explain(query, &mut trace), "explain"))
            .map(|_| text(ffi::calpol_trace_text(trace)));
            ffi::calpol_trace_free(trace);
            ffi::calpol_query_free(query);
            asked
        }
    }
}

/// Safe for a list of calpol's, or NULL.
unsafe fn report(diagnostics: *const ffi::Diagnostics) {
    for index in 0..ffi::calpol_diagnostics_count(diagnostics) {
        let mut found: ffi::Diagnostic = std::mem::zeroed();
        let size = std::mem::size_of::<ffi::Diagnostic>();
        if ffi::calpol_diagnostics_get(diagnostics, index, &mut found, size) == ffi::OK {
            eprintln!(
                "{}:{}: {}",
                text(found.source),
                found.line,
                text(found.message)
            );
        }
    }
}

fn run(source: &str, port: u16, paths: &[String]) -> Result<(), Error> {
    check_sizes()?;
    let ruleset = Ruleset::load(paths)?;
    let source_endpoint = ruleset.find(source)?;
    let flows: Vec<ffi::Flow> = (0..ruleset.endpoint_count()?)
        .map(|endpoint| ffi::Flow {
            given: ffi::GIVEN_PROTOCOL | ffi::GIVEN_DESTINATION_PORT,
            source_endpoint,
            destination_endpoint: endpoint,
            protocol: 6,
            destination_port: port,
            ..Default::default()
        })
        .collect();
    let mut denied = None;

    for (flow, verdict) in flows.iter().zip(ruleset.evaluate(&flows)?) {
        let destination = ruleset.name(flow.destination_endpoint)?;
        let action = unsafe { text(ffi::calpol_action_name(verdict.action.into())) };
        let by = match verdict.action {
            ffi::ACTION_DENY => ruleset.decided_by(&verdict),
            _ => None,
        };
        println!(
            "{destination}: {action}{}",
            by.map_or(String::new(), |by| format!(" by {by}"))
        );
        if verdict.action == ffi::ACTION_DENY && denied.is_none() {
            denied = Some(destination);
        }
    }
    if let Some(destination) = denied {
        print!("\n{}", ruleset.explain(source, &destination, port)?);
    }
    Ok(())
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let done = match arguments.get(2).map(|text| text.parse()) {
        Some(Ok(port)) if arguments.len() > 3 => run(&arguments[1], port, &arguments[3..]),
        _ => Err(Error("usage: reachable SOURCE PORT PATH...".to_string())),
    };

    if let Err(error) = done {
        eprintln!("{error}");
        std::process::exit(1);
    }
}
