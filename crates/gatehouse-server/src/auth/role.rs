//! Roles and what each may do. A role holds in the subtree of a membership's area.

/// What a membership may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// 值守员
    Guard,
    /// 值班长
    ShiftLead,
    /// 网格员
    GridWorker,
    /// 卫生人员
    HealthWorker,
    /// 社区
    CommunityOffice,
    /// 街道指挥部
    StreetCommand,
    /// 县指挥部
    CountyCommand,
    /// 审计
    Auditor,
    /// 管理员
    Administrator,
}

/// Something that a route asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Work a gate: decide, record, fetch the snapshot.
    WorkGate,
    /// Make a phone a device of a gate.
    EnrolDevice,
    /// See the crossings of a gate, masked.
    SeeCrossings,
    /// Take crossings out as a workbook.
    ExportCrossings,
    /// See open items and record their outcome.
    KeepOpenItems,
    /// See the figures of today.
    SeeToday,
    /// See the ledger of households and people, masked.
    SeePeople,
    /// Change households and people.
    ChangePeople,
    /// Plan that a person's record is erased, and take that back.
    ErasePeople,
    /// Open a name, number or telephone, with a purpose.
    RevealPeople,
    /// Take people in from a workbook.
    ImportPeople,
    /// Take the ledger out as a workbook.
    ExportPeople,
    /// Apply for a pass on somebody's behalf, and see how passes stand.
    ApplyForPass,
    /// Approve, refuse, issue, revoke and replace passes.
    DecidePass,
    /// Print passes.
    PrintPass,
    /// Register visitors and helpers, and take down the household's yes.
    KeepVisitors,
    /// Open a number of a household, to ring it about a visitor who waits at one's gate.
    CallHousehold,
    /// See the rules in force, with poster and guard's card.
    SeePolicy,
    /// Try a draft on what happened.
    TryPolicy,
    /// Write drafts of documents; with a key, submit, approve and end them.
    WritePolicy,
    /// Change areas, gates and openings.
    KeepPlaces,
    /// Change accounts, roles and memberships.
    KeepStaff,
    /// Answer complaints and requests for correction.
    AnswerComplaints,
    /// See messages to people, and send them again.
    KeepMessages,
    /// Give other systems access.
    KeepAccess,
    /// Read the audit chain.
    SeeAudit,
}

impl Permission {
    /// Key of a sentence that says what it allows.
    pub const fn text_key(self) -> &'static str {
        match self {
            Permission::WorkGate => "may-work_gate",
            Permission::EnrolDevice => "may-enrol_device",
            Permission::SeeCrossings => "may-see_crossings",
            Permission::ExportCrossings => "may-export_crossings",
            Permission::KeepOpenItems => "may-keep_open_items",
            Permission::SeeToday => "may-see_today",
            Permission::SeePeople => "may-see_people",
            Permission::ChangePeople => "may-change_people",
            Permission::ErasePeople => "may-erase_people",
            Permission::RevealPeople => "may-reveal_people",
            Permission::ImportPeople => "may-import_people",
            Permission::ExportPeople => "may-export_people",
            Permission::ApplyForPass => "may-apply_for_pass",
            Permission::DecidePass => "may-decide_pass",
            Permission::PrintPass => "may-print_pass",
            Permission::KeepVisitors => "may-keep_visitors",
            Permission::CallHousehold => "may-call_household",
            Permission::SeePolicy => "may-see_policy",
            Permission::TryPolicy => "may-try_policy",
            Permission::WritePolicy => "may-write_policy",
            Permission::KeepPlaces => "may-keep_places",
            Permission::KeepStaff => "may-keep_staff",
            Permission::AnswerComplaints => "may-answer_complaints",
            Permission::KeepMessages => "may-keep_messages",
            Permission::KeepAccess => "may-keep_access",
            Permission::SeeAudit => "may-see_audit",
        }
    }

    /// What a token of another system may be given: looking, and the writes that the API has.
    /// Nothing here opens a name or a number.
    pub const FOR_SYSTEMS: [Permission; 7] = [
        Permission::SeePolicy,
        Permission::SeePeople,
        Permission::ApplyForPass,
        Permission::DecidePass,
        Permission::KeepVisitors,
        Permission::SeeCrossings,
        Permission::KeepOpenItems,
    ];

    /// Its word where it is given to a token; `None` where it is never.
    pub const fn system_word(self) -> Option<&'static str> {
        Some(match self {
            Permission::SeePolicy => "see_policy",
            Permission::SeePeople => "see_people",
            Permission::ApplyForPass => "apply_for_pass",
            Permission::DecidePass => "decide_pass",
            Permission::KeepVisitors => "keep_visitors",
            Permission::SeeCrossings => "see_crossings",
            Permission::KeepOpenItems => "keep_open_items",
            _ => return None,
        })
    }

    /// The permission of this word.
    pub fn for_system(word: &str) -> Option<Permission> {
        let mut all = Permission::FOR_SYSTEMS.into_iter();
        all.find(|permission| permission.system_word() == Some(word))
    }
}

/// What somebody at a gate may do.
const GUARD: &[Permission] = &[
    Permission::WorkGate,
    Permission::EnrolDevice,
    Permission::SeeCrossings,
    Permission::KeepVisitors,
    Permission::CallHousehold,
    Permission::SeePolicy,
];

/// What the street's command may do. It supervises every compound and runs the ownerless ones
/// (AREA-2), so it looks at gates and closed openings (GATE-13) and sets them right.
const STREET: &[Permission] = &[
    Permission::SeeCrossings,
    Permission::ExportCrossings,
    Permission::KeepOpenItems,
    Permission::SeeToday,
    Permission::SeePeople,
    Permission::SeePolicy,
    Permission::TryPolicy,
    Permission::WritePolicy,
    Permission::KeepPlaces,
    Permission::AnswerComplaints,
];

impl Role {
    /// Every role.
    pub const ALL: [Role; 9] = [
        Role::Guard,
        Role::ShiftLead,
        Role::GridWorker,
        Role::HealthWorker,
        Role::CommunityOffice,
        Role::StreetCommand,
        Role::CountyCommand,
        Role::Auditor,
        Role::Administrator,
    ];

    /// As it stands in the database and in keys of texts.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Guard => "guard",
            Role::ShiftLead => "shift_lead",
            Role::GridWorker => "grid_worker",
            Role::HealthWorker => "health_worker",
            Role::CommunityOffice => "community_office",
            Role::StreetCommand => "street_command",
            Role::CountyCommand => "county_command",
            Role::Auditor => "auditor",
            Role::Administrator => "administrator",
        }
    }

    /// Key of what people call it.
    pub const fn text_key(self) -> &'static str {
        match self {
            Role::Guard => "role-guard",
            Role::ShiftLead => "role-shift_lead",
            Role::GridWorker => "role-grid_worker",
            Role::HealthWorker => "role-health_worker",
            Role::CommunityOffice => "role-community_office",
            Role::StreetCommand => "role-street_command",
            Role::CountyCommand => "role-county_command",
            Role::Auditor => "role-auditor",
            Role::Administrator => "role-administrator",
        }
    }

    /// The role of this name.
    pub fn named(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }

    /// What the role may do.
    pub const fn permissions(self) -> &'static [Permission] {
        use Permission::*;
        match self {
            Role::Guard => GUARD,
            Role::ShiftLead => &[
                WorkGate,
                EnrolDevice,
                SeeCrossings,
                KeepOpenItems,
                KeepVisitors,
                CallHousehold,
                SeePolicy,
                SeeToday,
            ],
            Role::GridWorker => &[
                SeePeople,
                ChangePeople,
                RevealPeople,
                ApplyForPass,
                KeepVisitors,
                SeePolicy,
                SeeToday,
            ],
            Role::HealthWorker => &[KeepOpenItems, SeePeople, RevealPeople, SeePolicy, SeeToday],
            Role::CommunityOffice => &[
                EnrolDevice,
                SeeCrossings,
                ExportCrossings,
                KeepOpenItems,
                SeeToday,
                SeePeople,
                ChangePeople,
                ErasePeople,
                RevealPeople,
                ImportPeople,
                ExportPeople,
                ApplyForPass,
                DecidePass,
                PrintPass,
                KeepVisitors,
                SeePolicy,
                TryPolicy,
                WritePolicy,
                KeepPlaces,
                KeepStaff,
                AnswerComplaints,
                KeepMessages,
            ],
            Role::StreetCommand => STREET,
            Role::CountyCommand => &[
                SeeCrossings,
                ExportCrossings,
                KeepOpenItems,
                SeeToday,
                SeePeople,
                SeePolicy,
                TryPolicy,
                WritePolicy,
                AnswerComplaints,
            ],
            Role::Auditor => &[SeeCrossings, SeeToday, SeePolicy, SeeAudit],
            // Whoever keeps the accounts sees nobody's comings and goings.
            Role::Administrator => &[KeepPlaces, KeepStaff, KeepAccess, SeePolicy],
        }
    }

    /// The roles that somebody who keeps accounts in this role may give and take: nobody makes
    /// themselves an equal, and who sees people is not who keeps accounts.
    pub const fn may_appoint(self) -> &'static [Role] {
        match self {
            Role::Administrator => &Role::ALL,
            Role::CommunityOffice => &[Role::Guard, Role::ShiftLead, Role::GridWorker],
            _ => &[],
        }
    }

    /// Whether the role has a permission.
    pub fn may(self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }
}
