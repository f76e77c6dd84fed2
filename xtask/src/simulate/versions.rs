//! Programs of different versions beside one another: the server is upgraded or rolled back, pages
//! are brought up when they open, or when they get a list that they cannot read.

use super::fault::Fault;
use super::simulation::{Checked, Simulation, holds};
use super::version::{STATES_BEFORE, Version, after};
use gatehouse_core::device::{Device, StateError};

impl Simulation<'_> {
    /// Which versions a seed begins with.
    pub fn mix_versions(&mut self) {
        if !self.faults.contains(&Fault::OtherVersion) {
            return;
        }
        if self.chance.percent(40) {
            self.server.version = Version::Earlier;
        }
        for page in 0..self.pages.len() {
            let form = self.chance.pick(&STATES_BEFORE).copied().unwrap_or(0);
            self.pages[page].form_before = form;
            if self.chance.percent(50) {
                self.pages[page].version = Version::Earlier;
            }
        }
    }

    /// Another version: of the server, whichever way; or a page finds what a later one stored,
    /// which it does not take up.
    pub fn other_version(&mut self, page: usize) -> Checked {
        if self.chance.percent(25) {
            let versions = [Version::Earlier, Version::Now, Version::Later];
            let version = versions[self.chance.below(versions.len())];
            return self.serve_as(version);
        }
        let Some(state) = self.pages[page].durable.state.clone() else {
            return Ok(());
        };
        let read = Device::from_bytes(&after(&state)).map(|_| ());
        holds(read == Err(StateError::Version), "later-is-refused", || {
            format!("a later state is answered with {read:?}")
        })
    }

    /// The server's program is another one.
    fn serve_as(&mut self, version: Version) -> Checked {
        if self.server.version != version {
            self.server.version = version;
            self.note(&format!("the server is of version {version:?}"));
            if self.server.is_up() {
                self.server.start()?;
            }
        }
        Ok(())
    }

    /// The server is no longer behind any page.
    pub fn bring_server_up(&mut self) -> Checked {
        let pages = self.pages.iter().map(|page| page.version);
        let newest = pages.max().unwrap_or_default();
        self.serve_as(newest.max(self.server.version))
    }

    /// A page that opens may have got the server's program meanwhile.
    pub fn may_be_brought_up(&mut self, page: usize) {
        if self.lines[page] == [true; 2] && self.pages[page].version < self.server.version {
            let is_kept = self.faults.contains(&Fault::OtherVersion) && self.chance.percent(60);
            if !is_kept {
                self.bring_up(page);
            }
        }
    }

    /// A list was refused: the page asks for a later program and begins anew with it, once nobody
    /// stands at the gate.
    pub fn look_for_version(&mut self, page: usize) -> Checked {
        let is_busy = self.faults.contains(&Fault::OtherVersion) && self.chance.percent(50);
        if is_busy || self.pages[page].version >= self.server.version {
            return Ok(());
        }
        self.crash_page(page)?;
        self.bring_up(page);
        self.open_page(page)?;
        self.fetch(page)
    }

    fn bring_up(&mut self, page: usize) {
        let version = self.server.version;
        self.pages[page].version = version;
        let named = self.page_named(page);
        self.note(&format!("{named} is brought up to version {version:?}"));
    }
}
