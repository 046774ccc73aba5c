//! A node that always has something to do with its own new threads looks at the others all the same.

use std::{sync::Arc, time::Duration};

use libtest_mimic::{Failed, Trial};
use scriptum_engine::{Incarnation, Store, ThreadId, program_row};
use scriptum_vm::{Status, program::Body};
use tokio::time::sleep;

use super::{
    nodes::{self, Nodes},
    people::{Wish, start},
    rng::Rng,
    scripts::{self, Verbs},
    tools,
    weights::Weights,
    world::World,
};

/// Between two starts: less than a worker waits before it looks by itself.
const START_EVERY: Duration = Duration::from_millis(100);
const STARTS: u128 = 60;
/// With which of them somebody else starts a thread, of which no hint tells.
const POSTED_AT: u128 = 10;

pub(crate) fn trial() -> Trial {
    Trial::test("engine/busy node", || super::runtime().block_on(run()))
}

async fn run() -> Result<(), Failed> {
    let deaf = Weights {
        hint_lost: 1_000,
        ..Weights::default()
    };
    let world = Arc::new(World::new(deaf));
    let mut program = scripts::program(&mut Rng::new(1), Verbs::Plain);
    program.contract.outputs.clear();
    program.body = Body::default();
    let row = program_row(&program, &tools::catalog(), "");
    let wish = |number| Wish {
        id: ThreadId(number),
        program: row.hash.clone(),
    };
    world.store.put_program(row.clone()).await?;
    let mut nodes = Nodes::new(&world, Rng::new(2));
    nodes.start();
    let (outside, _store) = nodes::engine(&world, Rng::new(3), &Incarnation("people".into()));
    let posted = wish(STARTS + 1);
    let node = nodes.engines().lock().unwrap()[0].clone();
    for number in 1..=STARTS {
        sleep(START_EVERY).await;
        start(&node, &wish(number)).await?;
        if number == POSTED_AT {
            start(&outside, &posted).await?;
        }
    }
    let status = world.store.thread(posted.id).await?.status;
    nodes.stop_all().await;
    if status == Status::Completed {
        Ok(())
    } else {
        Err(format!("a thread that somebody else posted is {status:?}").into())
    }
}
