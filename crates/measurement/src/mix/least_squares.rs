//! Least squares by Householder reflections, with columns in order and none exchanged.

/// The solution, and what its errors need.
#[derive(Clone, Debug)]
pub(crate) struct Solution {
    pub coefficients: Vec<f64>,
    pub squares: f64,
    /// The upper triangle R by rows, of columns scaled to length 1, and those lengths.
    triangle: Vec<Vec<f64>>,
    lengths: Vec<f64>,
}

/// What keeps the columns from having one solution.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dependent {
    /// The first column that the earlier ones make up.
    pub column: usize,
    /// Those of them that matter for it.
    pub of: Vec<usize>,
}

/// A column that is this close to the span of earlier ones, in share of its length, is in it.
const DEPENDENT: f64 = 1e-8;
/// Of a combination, columns that make up less than this share are rounding.
const MATTERS: f64 = 1e-4;

/// Minimises |y − Xβ|². The columns and `y` are of one length, which is no less than their number.
pub(crate) fn least_squares(columns: &[Vec<f64>], y: &[f64]) -> Result<Solution, Dependent> {
    solve(columns, y, &mut [])
}

/// As [`least_squares`], and ln |Q'X̂|: how much of the volume of as many other columns X̂ lies in the
/// span of X, of which Q is an orthonormal basis.
pub(crate) fn least_squares_beside(
    columns: &[Vec<f64>],
    y: &[f64],
    mut others: Vec<Vec<f64>>,
) -> Result<(Solution, f64), Dependent> {
    let solution = solve(columns, y, &mut others)?;
    others.iter_mut().for_each(|it| it.truncate(columns.len()));
    Ok((solution, log_volume(others)))
}

/// `others` are turned as `y` is.
fn solve(columns: &[Vec<f64>], y: &[f64], others: &mut [Vec<f64>]) -> Result<Solution, Dependent> {
    let lengths: Vec<f64> = columns.iter().map(|it| length(it)).collect();
    let mut work: Vec<Vec<f64>> = Vec::with_capacity(columns.len());
    let mut right = y.to_vec();
    let mut triangle: Vec<Vec<f64>> = vec![Vec::new(); columns.len()];
    for (j, column) in columns.iter().enumerate() {
        if lengths[j] == 0.0 || !lengths[j].is_finite() {
            return Err(Dependent { column: j, of: Vec::new() });
        }
        let mut next: Vec<f64> = column.iter().map(|it| it / lengths[j]).collect();
        for (k, reflection) in work.iter().enumerate() {
            reflect(reflection, &mut next[k..]);
            triangle[k].push(next[k]);
        }
        let left = length(&next[j..]);
        if left <= DEPENDENT {
            return Err(Dependent { column: j, of: combination(&triangle, &lengths, j) });
        }
        // The sign that adds, so that nothing cancels.
        let end = if 0.0 < next[j] { -left } else { left };
        let mut reflection = next.split_off(j);
        reflection[0] -= end;
        let size = length(&reflection);
        reflection.iter_mut().for_each(|it| *it /= size);
        reflect(&reflection, &mut right[j..]);
        others.iter_mut().for_each(|it| reflect(&reflection, &mut it[j..]));
        triangle[j].push(end);
        work.push(reflection);
    }
    let squares = right[columns.len()..].iter().map(|it| it * it).sum();
    let scaled = back(&triangle, &right);
    let coefficients = scaled.iter().zip(&lengths).map(|(x, length)| x / length).collect();
    Ok(Solution { coefficients, squares, triangle, lengths })
}

impl Solution {
    /// wᵀ (XᵀX)⁻¹ w.
    pub fn variance(&self, weights: &[f64]) -> f64 {
        // Rᵀ z = w; the answer is |z|².
        let mut z: Vec<f64> = weights.iter().zip(&self.lengths).map(|(w, l)| w / l).collect();
        for i in 0..z.len() {
            z[i] /= self.triangle[i][0];
            let (head, tail) = z.split_at_mut(i + 1);
            let row = &self.triangle[i][1..];
            tail.iter_mut().zip(row).for_each(|(value, r)| *value -= r * head[i]);
        }
        z.iter().map(|it| it * it).sum()
    }
}

/// ln |det|, by elimination with the largest number of a column first.
fn log_volume(mut matrix: Vec<Vec<f64>>) -> f64 {
    let mut sum = 0.0;
    while let Some(first) = matrix.pop() {
        let size = |i: &usize| first[*i].abs();
        let Some(at) = (0..first.len()).max_by(|a, b| size(a).total_cmp(&size(b))) else { break };
        sum += first[at].abs().ln();
        for other in &mut matrix {
            let share = other[at] / first[at];
            other.iter_mut().zip(&first).for_each(|(it, x)| *it -= share * x);
            other.swap_remove(at);
        }
    }
    sum
}

/// Which earlier columns make up column `j`: the solution of R x = the last column of R.
fn combination(triangle: &[Vec<f64>], lengths: &[f64], j: usize) -> Vec<usize> {
    let last: Vec<f64> = (0..j).map(|k| triangle[k][j - k]).collect();
    let head: Vec<Vec<f64>> = (0..j).map(|k| triangle[k][..j - k].to_vec()).collect();
    let parts = back(&head, &last);
    debug_assert!(parts.len() <= lengths.len());
    (0..j).filter(|k| MATTERS < parts[*k].abs()).collect()
}

/// Solves R x = right for as many numbers as R has rows.
fn back(triangle: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let mut x = right[..triangle.len()].to_vec();
    for i in (0..x.len()).rev() {
        let dot: f64 = triangle[i][1..].iter().zip(&x[i + 1..]).map(|(r, x)| r * x).sum();
        x[i] = (x[i] - dot) / triangle[i][0];
    }
    x
}

/// x − 2 v (v·x), for v of length 1.
fn reflect(v: &[f64], x: &mut [f64]) {
    let twice = 2.0 * v.iter().zip(x.iter()).map(|(v, x)| v * x).sum::<f64>();
    x.iter_mut().zip(v).for_each(|(x, v)| *x -= twice * v);
}

fn length(values: &[f64]) -> f64 {
    values.iter().map(|it| it * it).sum::<f64>().sqrt()
}
