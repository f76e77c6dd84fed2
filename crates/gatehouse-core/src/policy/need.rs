//! Steps as a poster says them: what somebody who comes to the gate has to bring or let happen.

use crate::gate::Step;
use crate::gate::fact::{Words, words};

/// A step as those read it who come to the gate; none for what the guard does alone.
pub(super) fn need(step: Step) -> Option<Words> {
    Some(match step {
        Step::ScanPass => words("出入证", "pass"),
        Step::PutOnMask => words("口罩", "mask"),
        Step::MeasureTemperature => words("量体温", "temperature"),
        Step::Register => words("登记", "registering"),
        Step::SeeId => words("身份证", "identity card"),
        Step::SeeWorkProof => words("工作证明", "proof of work"),
        Step::SeePapers => words("证明", "papers"),
        Step::SeeTest => words("检测结果", "test result"),
        Step::SeeVaccination => words("接种记录", "vaccination record"),
        Step::SeeHealthCode => words("健康码", "health code"),
        Step::HostConfirms => words("住户同意", "the host's yes"),
        Step::HostEscorts => words("住户来接", "the host at the gate"),
        Step::LandlordComes => words("房东一起来", "the landlord along"),
        Step::GetApproval => words("社区批准", "the community's approval"),
        Step::RecordPlate => words("记车牌", "the plate"),
        Step::CheckGear => words("口罩和手套", "mask and gloves"),
        Step::CallAhead => words("先打电话", "a call ahead"),
        Step::LeaveGoods => words("货放门口", "goods at the gate"),
        Step::AskPurpose | Step::AskDestination => words("说去哪里", "where you go"),
        Step::AskStays => words("说去过哪里", "where you have been"),
        Step::AskWay
        | Step::IdentifySubject
        | Step::FindByRoom
        | Step::MeasureAgain
        | Step::AskSpecialReason
        | Step::Question
        | Step::LookAtVehicle
        | Step::CallShiftLead => return None,
    })
}
